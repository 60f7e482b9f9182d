-- Accounts that are being erased. What remains afterwards is a row with counts and without the account.
--   videos      ids and keys of all videos that the account had, whose objects are removed once more at the end
--   not_before  when no request, lease or signed link from before can write any more
CREATE TABLE erasures (
    id           uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    account_id   uuid        UNIQUE,
    requested_at timestamptz NOT NULL DEFAULT now(),
    not_before   timestamptz NOT NULL,
    finished_at  timestamptz,
    counts       jsonb       NOT NULL,
    videos       jsonb       NOT NULL DEFAULT '{}'
);

-- Files with what is stored of an account. A node that makes one takes it for some minutes.
CREATE TABLE exports (
    id           uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    owner_id     uuid        NOT NULL,
    object_key   text        NOT NULL UNIQUE,
    requested_at timestamptz NOT NULL DEFAULT now(),
    taken_until  timestamptz,
    made_at      timestamptz,
    bytes        bigint,
    expires_at   timestamptz NOT NULL
);

CREATE INDEX exports_of_account ON exports (owner_id, requested_at);

-- The row of accounts outlives that of users while the account is erased.
CREATE OR REPLACE FUNCTION follow_users() RETURNS trigger
    LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'INSERT' THEN
            INSERT INTO accounts (id, created_at) VALUES (NEW.id, NEW.created_at) ON CONFLICT DO NOTHING;
        ELSE
            DELETE FROM accounts
            WHERE id = OLD.id
              AND NOT EXISTS (SELECT 1 FROM erasures WHERE account_id = OLD.id);
        END IF;
        RETURN NULL;
    END;
    $$;

-- Removes what an account has, and marks what has objects, so that the reconciler removes these and the rows. It runs until the end
-- of the erasure again and again, since requests that were let in before may still write.
CREATE FUNCTION erase_rows(account uuid) RETURNS void
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

-- Begins the erasure of an account and returns what it had; no row when its password is not that one any more.
CREATE FUNCTION erase_account(account uuid, checked_hash text, wait_seconds double precision)
    RETURNS SETOF erasures
    LANGUAGE plpgsql AS $$
    BEGIN
        IF checked_hash IS NOT NULL THEN
            PERFORM 1 FROM users WHERE users.id = account AND password_hash = checked_hash FOR UPDATE;
            IF NOT FOUND THEN
                RETURN;
            END IF;
        END IF;
        INSERT INTO erasures (account_id, not_before, counts)
        SELECT account,
               now() + make_interval(secs => wait_seconds),
               jsonb_build_object(
                   'videos', usage.videos,
                   'bytes', usage.bytes,
                   'open_uploads', usage.open_uploads,
                   'assets', (SELECT count(*) FROM assets WHERE owner_id = account AND deleted_at IS NULL),
                   'presets', (SELECT count(*) FROM presets WHERE owner_id = account),
                   'api_keys', (SELECT count(*) FROM api_keys WHERE owner_id = account),
                   'sessions', (SELECT count(DISTINCT family) FROM sessions WHERE user_id = account),
                   'exports', (SELECT count(*) FROM exports WHERE owner_id = account),
                   'kept_months', (SELECT count(*) FROM account_months WHERE owner_id = account))
        FROM account_usage(account) usage
        ON CONFLICT (account_id) DO NOTHING;
        UPDATE audit SET actor_email = NULL WHERE actor = account::text;
        PERFORM end_credentials(account);
        PERFORM erase_rows(account);
        DELETE FROM users WHERE users.id = account;
        RETURN QUERY SELECT * FROM erasures WHERE account_id = account;
    END;
    $$;
