-- Events and webhooks have data of accounts.
CREATE OR REPLACE VIEW account_data (name, owner_column, kept) AS
    VALUES ('accounts', 'id', false),
           ('account_months', 'owner_id', true),
           ('account_quotas', 'owner_id', false),
           ('api_keys', 'owner_id', false),
           ('assets', 'owner_id', false),
           ('audit', 'actor', true),
           ('erasures', 'account_id', false),
           ('events', 'owner_id', false),
           ('exports', 'owner_id', false),
           ('presets', 'owner_id', false),
           ('process_requests', 'owner_id', false),
           ('sessions', 'user_id', false),
           ('upload_keys', 'owner_id', false),
           ('uploads', 'owner_id', false),
           ('users', 'id', false),
           ('videos', 'owner_id', false),
           ('webhook_deliveries', 'owner_id', false),
           ('webhooks', 'owner_id', false);

CREATE OR REPLACE FUNCTION erase_rows(account uuid) RETURNS void
    LANGUAGE plpgsql AS $$
    BEGIN
        UPDATE erasures
        SET videos = videos || coalesce((
                SELECT jsonb_object_agg(known.id, known.original_key)
                FROM (SELECT id, original_key FROM videos WHERE owner_id = account
                      UNION
                      SELECT video_id, original_key FROM uploads WHERE owner_id = account) known), '{}')
        WHERE account_id = account;
        UPDATE videos
        SET status = 'deleting', restorable_until = NULL, title = NULL, original_name = NULL, reference = NULL, metadata = NULL,
            updated_at = now()
        WHERE owner_id = account
          AND (status <> 'deleting' OR restorable_until IS NOT NULL OR title IS NOT NULL);
        UPDATE uploads
        SET ended = coalesce(ended, 'cancelled'), token = NULL, title = '', original_name = NULL, metadata = NULL, reference = NULL,
            video_metadata = NULL
        WHERE owner_id = account
          AND (ended IS NULL OR title <> '');
        DELETE FROM upload_parts
        WHERE video_id IN (SELECT video_id FROM uploads WHERE owner_id = account);
        UPDATE assets SET deleted_at = now() WHERE owner_id = account AND deleted_at IS NULL;
        UPDATE exports SET expires_at = now() WHERE owner_id = account AND expires_at > now();
        DELETE FROM upload_keys WHERE owner_id = account;
        DELETE FROM process_requests WHERE owner_id = account;
        DELETE FROM presets WHERE owner_id = account;
        DELETE FROM account_quotas WHERE owner_id = account;
        -- In the order in which attempts lock them.
        DELETE FROM webhook_deliveries WHERE owner_id = account;
        DELETE FROM webhooks WHERE owner_id = account;
        -- Those of the deletions above as well.
        DELETE FROM events WHERE owner_id = account;
        -- A statement that deletes nothing would have all nodes forget what they know.
        IF EXISTS (SELECT 1 FROM api_keys WHERE owner_id = account) THEN
            DELETE FROM api_keys WHERE owner_id = account;
        END IF;
    END;
    $$;
