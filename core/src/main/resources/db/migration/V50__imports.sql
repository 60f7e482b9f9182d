-- Videos that web fetches from an address that an account names. The video is a row `receiving` until all of it is there. Like
-- uploads, an import has no foreign key to videos: its row stays for a while after its end, and says how it ended. Statements that
-- change both lock the import first.
--   headers       of the requests, encrypted; null when there are none, and from the end on
--   upload        what the video's row gets, by its columns
--   due_at        of one that waits: when it is tried next; of one that is being fetched: when somebody else takes it over
--   claim_token   who fetches it
--   received_bytes  of the last try
CREATE TABLE imports (
    video_id       uuid        PRIMARY KEY,
    owner_id       uuid        NOT NULL,
    original_key   text        NOT NULL,
    url            text        NOT NULL,
    headers        text,
    upload         jsonb       NOT NULL,
    import_state   text        NOT NULL DEFAULT 'waiting' CHECK (import_state IN ('waiting', 'accepted', 'failed', 'cancelled')),
    attempts       integer     NOT NULL DEFAULT 0,
    due_at         timestamptz NOT NULL DEFAULT now(),
    claim_token    uuid,
    received_bytes bigint      NOT NULL DEFAULT 0,
    error_code     text,
    error_detail   text,
    created_at     timestamptz NOT NULL DEFAULT now(),
    ended_at       timestamptz
);

CREATE INDEX imports_waiting ON imports (due_at) WHERE import_state = 'waiting';
CREATE INDEX imports_of_account ON imports (owner_id, created_at);
CREATE INDEX imports_by_end ON imports (ended_at) WHERE import_state <> 'waiting';

-- An import that ends without a video takes the row of its video along, whose objects the reconciler removes, and frees its
-- Idempotency-Key. One that failed is an event. The address may have a signature in it, so it is not in there.
CREATE FUNCTION end_import() RETURNS trigger
    LANGUAGE plpgsql AS $$
    DECLARE
        written bigint;
    BEGIN
        UPDATE videos SET status = 'deleting', updated_at = now() WHERE id = NEW.video_id AND status = 'receiving';
        DELETE FROM upload_keys WHERE video_id = NEW.video_id;
        IF NEW.import_state = 'failed' THEN
            INSERT INTO events (owner_id, subject, number, type, content)
            VALUES (NEW.owner_id, NEW.video_id, 1, 'import.failed', jsonb_build_object(
                'video_id', NEW.video_id,
                'title', NEW.upload ->> 'title',
                'reference', NEW.upload ->> 'reference',
                'metadata', CAST(NEW.upload ->> 'video_metadata' AS jsonb),
                'error_code', NEW.error_code,
                'error_detail', NEW.error_detail))
            RETURNING id INTO written;
            INSERT INTO webhook_deliveries (webhook_id, owner_id, event, subject, number)
            SELECT webhook.id, webhook.owner_id, written, NEW.video_id, 1
            FROM webhooks webhook
            WHERE webhook.owner_id = NEW.owner_id
              AND webhook.enabled
              AND (webhook.types = '{}' OR 'import.failed' = ANY (webhook.types));
        END IF;
        RETURN NULL;
    END
    $$;

CREATE TRIGGER imports_end
    AFTER UPDATE OF import_state ON imports
    FOR EACH ROW
    WHEN (NEW.import_state IN ('failed', 'cancelled'))
    EXECUTE FUNCTION end_import();

-- Removes what an account has, and marks what has objects, so that the reconciler removes these and the rows. It runs until the end
-- of the erasure again and again, since requests that were let in before may still write.
CREATE OR REPLACE FUNCTION erase_rows(account uuid) RETURNS void
    LANGUAGE plpgsql AS $$
    BEGIN
        -- First, since an import locks its row before its video's.
        DELETE FROM imports WHERE owner_id = account;
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
           ('imports', 'owner_id', false),
           ('presets', 'owner_id', false),
           ('process_requests', 'owner_id', false),
           ('sessions', 'user_id', false),
           ('shares', 'owner_id', false),
           ('upload_keys', 'owner_id', false),
           ('uploads', 'owner_id', false),
           ('usage_records', 'owner_id', true),
           ('users', 'id', false),
           ('videos', 'owner_id', false),
           ('webhook_deliveries', 'owner_id', false),
           ('webhooks', 'owner_id', false),
           ('work', 'owner_id', false);
