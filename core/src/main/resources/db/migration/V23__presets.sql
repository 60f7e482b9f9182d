-- Lists of transformations that accounts keep under names. The accounts of an outside issuer have no row in users, so nothing is
-- referenced; those of users go with their row.
--   transformations  as a request has them: names, and objects with a name and parameters
CREATE TABLE presets (
    owner_id        uuid        NOT NULL,
    name            text        NOT NULL,
    transformations jsonb       NOT NULL,
    changed_at      timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (owner_id, name)
);

CREATE FUNCTION forget_presets() RETURNS trigger
    LANGUAGE plpgsql AS $$
    BEGIN
        DELETE FROM presets WHERE owner_id = OLD.id;
        RETURN NULL;
    END;
    $$;

CREATE TRIGGER presets_go_with_their_account
    AFTER DELETE ON users
    FOR EACH ROW EXECUTE FUNCTION forget_presets();

-- Creates or replaces a preset, and returns which, or too_many. An account's requests wait for one another, so that it never has
-- more than it may.
CREATE FUNCTION save_preset(account uuid, preset text, list jsonb, most integer) RETURNS text
    LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM pg_advisory_xact_lock(hashtextextended('presets ' || account, 0));
        UPDATE presets
        SET transformations = list, changed_at = now()
        WHERE owner_id = account AND name = preset;
        IF FOUND THEN
            RETURN 'replaced';
        END IF;
        IF (SELECT count(*) FROM presets WHERE owner_id = account) >= most THEN
            RETURN 'too_many';
        END IF;
        INSERT INTO presets (owner_id, name, transformations)
        VALUES (account, preset, list);
        RETURN 'created';
    END;
    $$;
