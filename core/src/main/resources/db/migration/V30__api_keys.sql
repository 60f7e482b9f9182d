-- Keys by which programs call the API for an account. The accounts of an outside issuer have no row in users, so nothing is
-- referenced; the keys of users go with their row.
--   prefix     how the key begins, so that people recognise it
--   hash       SHA-256 of the key, in hexadecimal digits; the key itself is kept nowhere
--   addresses  the addresses and ranges (CIDR) that it may be used from; none for everywhere
CREATE TABLE api_keys (
    id           uuid PRIMARY KEY,
    owner_id     uuid        NOT NULL,
    name         text        NOT NULL,
    prefix       text        NOT NULL,
    hash         text        NOT NULL UNIQUE,
    scopes       text[]      NOT NULL,
    addresses    text[]      NOT NULL,
    created_at   timestamptz NOT NULL DEFAULT now(),
    expires_at   timestamptz,
    last_used_at timestamptz
);

CREATE INDEX api_keys_of_account ON api_keys (owner_id, created_at);

CREATE FUNCTION forget_api_keys() RETURNS trigger
    LANGUAGE plpgsql AS $$
    BEGIN
        DELETE FROM api_keys WHERE owner_id = OLD.id;
        RETURN NULL;
    END;
    $$;

CREATE TRIGGER api_keys_go_with_their_account
    AFTER DELETE ON users
    FOR EACH ROW EXECUTE FUNCTION forget_api_keys();

-- Nodes remember for a while what a key may do. They listen, and forget it when this is said.
CREATE FUNCTION say_credentials_changed() RETURNS trigger
    LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM pg_notify('credentials', '');
        RETURN NULL;
    END;
    $$;

CREATE TRIGGER api_keys_say_their_end
    AFTER DELETE ON api_keys
    FOR EACH STATEMENT EXECUTE FUNCTION say_credentials_changed();

CREATE TRIGGER users_say_their_role
    AFTER UPDATE OF role ON users
    FOR EACH STATEMENT EXECUTE FUNCTION say_credentials_changed();

-- Keeps a key and returns its row, or none when the account has as many as it may have. An account's requests wait for one
-- another, so that it never has more.
CREATE FUNCTION create_api_key(account uuid, new jsonb, most integer) RETURNS SETOF api_keys
    LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM pg_advisory_xact_lock(hashtextextended('api keys ' || account, 0));
        IF (SELECT count(*) FROM api_keys WHERE owner_id = account) >= most THEN
            RETURN;
        END IF;
        RETURN QUERY
            INSERT INTO api_keys (id, owner_id, name, prefix, hash, scopes, addresses, expires_at)
            SELECT gen_random_uuid(), account, key.name, key.prefix, key.hash, key.scopes, key.addresses, key.expires_at
            FROM jsonb_to_record(new)
                AS key (name text, prefix text, hash text, scopes text[], addresses text[], expires_at timestamptz)
            RETURNING *;
    END;
    $$;
