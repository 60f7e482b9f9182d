-- Mails that web sends to accounts, and what their links do. A mail's text and its link are made when it is sent, so that none of this
-- lies here: a row says to whom what kind of mail goes, and ends with it.
--   owner_id     null of a reset: whether the address has an account is looked for by the one who sends it, not by the call
--   due_at       when it is tried next; of one that is being sent: when somebody else sends it, because who sends it is gone
--   claim_token  who sends it
CREATE TABLE mails (
    id            uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
    owner_id      uuid,
    mail_kind     text        NOT NULL CHECK (mail_kind IN ('reset', 'verify', 'change', 'notice')),
    address       text        NOT NULL,
    mail_language text        NOT NULL CHECK (mail_language IN ('es', 'en')),
    attempts      integer     NOT NULL DEFAULT 0,
    due_at        timestamptz NOT NULL DEFAULT now(),
    claim_token   uuid,
    created_at    timestamptz NOT NULL DEFAULT now(),
    CHECK ((mail_kind = 'reset') = (owner_id IS NULL))
);

CREATE INDEX mails_due ON mails (due_at);
-- One asked for again replaces the one that waits.
CREATE UNIQUE INDEX mails_of_address ON mails (address) WHERE mail_kind = 'reset';
CREATE UNIQUE INDEX mails_of_account ON mails (owner_id, mail_kind) WHERE owner_id IS NOT NULL;

-- Links that count: of each kind the newest of an account, until it is used or has expired.
--   hash     SHA-256 of the link's token, in hexadecimal digits
--   address  to which it was sent; with a change, the new one
CREATE TABLE mail_links (
    hash       text        PRIMARY KEY,
    user_id    uuid        NOT NULL REFERENCES users ON DELETE CASCADE,
    link_kind  text        NOT NULL CHECK (link_kind IN ('reset', 'verify', 'change')),
    address    text        NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    UNIQUE (user_id, link_kind)
);

CREATE INDEX mail_links_by_expiry ON mail_links (expires_at);

-- Since when it is known that mails to the address reach the account; null for not.
ALTER TABLE users ADD COLUMN verified_at timestamptz;

-- Ends the sessions of an account, the tokens that it has, and what somebody with such a session has asked to be mailed: a link that
-- changes the address would survive the owner's new password. In whole milliseconds, as the next token says when it was issued.
CREATE OR REPLACE FUNCTION end_sessions(account uuid) RETURNS void
    LANGUAGE sql AS $$
        INSERT INTO accounts (id, valid_after)
        VALUES (account, date_trunc('milliseconds', clock_timestamp()))
        ON CONFLICT (id) DO UPDATE SET valid_after = excluded.valid_after;
        DELETE FROM sessions WHERE user_id = account;
        DELETE FROM mails WHERE owner_id = account AND mail_kind = 'change';
        DELETE FROM mail_links WHERE user_id = account AND link_kind <> 'verify';
    $$;

-- Gives the account of a link another password, and ends all by which it could be used. Null when the link does not count, or is not
-- of the account with this address.
CREATE FUNCTION reset_password(link_hash text, email_address text, new_hash text) RETURNS uuid
    LANGUAGE plpgsql AS $$
    DECLARE
        account uuid;
    BEGIN
        DELETE FROM mail_links
        USING users
        WHERE mail_links.hash = link_hash
          AND mail_links.link_kind = 'reset'
          AND mail_links.expires_at > now()
          AND users.id = mail_links.user_id
          AND users.email = mail_links.address
          AND users.email = email_address
        RETURNING users.id INTO account;
        IF account IS NOT NULL THEN
            -- Who got the mail reads what goes to the address.
            UPDATE users SET password_hash = new_hash, verified_at = coalesce(verified_at, now()) WHERE id = account;
            DELETE FROM mails WHERE mail_kind = 'reset' AND address = email_address;
            PERFORM end_credentials(account);
        END IF;
        RETURN account;
    END
    $$;

-- Notes that a link arrived: its address is verified, and becomes the account's if it is another one. No row when the link does not
-- count. When another account has the address meanwhile, the address is null and nothing has changed.
CREATE FUNCTION confirm_email(link_hash text) RETURNS TABLE (email_address text, former_address text)
    LANGUAGE plpgsql AS $$
    DECLARE
        link mail_links;
    BEGIN
        DELETE FROM mail_links
        WHERE hash = link_hash
          AND link_kind IN ('verify', 'change')
          AND expires_at > now()
        RETURNING * INTO link;
        IF link.hash IS NULL THEN
            RETURN;
        END IF;
        SELECT email INTO former_address FROM users WHERE id = link.user_id FOR UPDATE;
        IF link.link_kind = 'verify' AND former_address <> link.address THEN
            RETURN;
        END IF;
        UPDATE users SET email = link.address, verified_at = now() WHERE id = link.user_id;
        DELETE FROM mails WHERE owner_id = link.user_id AND mail_kind = 'verify';
        email_address := link.address;
        RETURN NEXT;
    EXCEPTION WHEN unique_violation THEN
        email_address := NULL;
        RETURN NEXT;
    END
    $$;

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
        DELETE FROM mails
        WHERE owner_id = account
           OR mail_kind = 'reset' AND address = (SELECT email FROM users WHERE users.id = account);
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
           ('mail_links', 'user_id', false),
           ('mails', 'owner_id', false),
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
