-- What holds for an account: a row for each that was signed up here, or has called with a token of an outside
-- issuer.
--   valid_after  tokens that were issued before count no more
--   blocked_at   since when an operator keeps the account out; null for not
CREATE TABLE accounts (
    id          uuid PRIMARY KEY,
    created_at  timestamptz NOT NULL DEFAULT now(),
    valid_after timestamptz,
    blocked_at  timestamptz
);

INSERT INTO accounts (id, created_at)
SELECT id, created_at FROM users;

CREATE FUNCTION follow_users() RETURNS trigger
    LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'INSERT' THEN
            INSERT INTO accounts (id, created_at) VALUES (NEW.id, NEW.created_at) ON CONFLICT DO NOTHING;
        ELSE
            DELETE FROM accounts WHERE id = OLD.id;
        END IF;
        RETURN NULL;
    END;
    $$;

CREATE TRIGGER accounts_follow_users
    AFTER INSERT OR DELETE ON users
    FOR EACH ROW EXECUTE FUNCTION follow_users();

CREATE TRIGGER accounts_say_what_changed
    AFTER UPDATE OR DELETE ON accounts
    FOR EACH STATEMENT EXECUTE FUNCTION say_credentials_changed();

-- As tokens carry it: milliseconds since 1970.
CREATE FUNCTION milliseconds(at timestamptz) RETURNS bigint
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN floor(extract(epoch FROM at) * 1000)::bigint;

-- Ends the sessions of an account, and the tokens that it has. In whole milliseconds, as the next token says when it was issued.
CREATE FUNCTION end_sessions(account uuid) RETURNS void
    LANGUAGE sql AS $$
        INSERT INTO accounts (id, valid_after)
        VALUES (account, date_trunc('milliseconds', clock_timestamp()))
        ON CONFLICT (id) DO UPDATE SET valid_after = excluded.valid_after;
        DELETE FROM sessions WHERE user_id = account;
    $$;

-- Ends all by which an account can be used: sessions, tokens and API keys.
CREATE FUNCTION end_credentials(account uuid) RETURNS void
    LANGUAGE sql AS $$
        SELECT end_sessions(account);
        DELETE FROM api_keys WHERE owner_id = account;
    $$;

-- Gives an account another password, and begins a session in place of all that it had. No row when its password is not the old one
-- any more.
CREATE FUNCTION change_password(account uuid, old_hash text, new_hash text, session_hash text, session_seconds double precision)
    RETURNS TABLE (id text, role text, issued_ms bigint)
    LANGUAGE plpgsql AS $$
    BEGIN
        UPDATE users SET password_hash = new_hash WHERE users.id = account AND users.password_hash = old_hash;
        IF NOT FOUND THEN
            RETURN;
        END IF;
        PERFORM end_sessions(account);
        INSERT INTO sessions (hash, family, user_id, expires_at)
        VALUES (session_hash, gen_random_uuid(), account, now() + make_interval(secs => session_seconds));
        RETURN QUERY
            SELECT users.id::text, users.role, milliseconds(clock_timestamp()) FROM users WHERE users.id = account;
    END;
    $$;

-- The operator's e-mail address when it was done; null with an outside issuer.
ALTER TABLE audit
    ADD COLUMN actor_email text,
    DROP CONSTRAINT audit_act_check,
    ADD CONSTRAINT audit_act_check
        CHECK (act IN ('redrive', 'discard', 'pause', 'resume', 'quota', 'block', 'unblock', 'role'));

CREATE FUNCTION name_actor() RETURNS trigger
    LANGUAGE plpgsql AS $$
    BEGIN
        NEW.actor_email := (SELECT email FROM users WHERE users.id::text = NEW.actor);
        RETURN NEW;
    END;
    $$;

CREATE TRIGGER audit_names_its_actor
    BEFORE INSERT ON audit
    FOR EACH ROW EXECUTE FUNCTION name_actor();
