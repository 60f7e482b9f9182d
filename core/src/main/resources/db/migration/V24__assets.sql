-- Pictures and subtitles that accounts keep, for transformations of their videos. An asset never changes. Like presets, it belongs to
-- an account that may have no row in users.
--   width, height  of a picture, in pixels, as its file says
--   cues           of subtitles
--   stored_at      null while its object may be missing
--   deleted_at     set from its deletion until the reconciler has removed its object
CREATE TABLE assets (
    id         uuid        PRIMARY KEY,
    owner_id   uuid        NOT NULL,
    name       text        NOT NULL,
    media_type text        NOT NULL,
    object_key text        NOT NULL UNIQUE,
    bytes      integer     NOT NULL,
    sha256     text        NOT NULL,
    width      integer,
    height     integer,
    cues       integer,
    created_at timestamptz NOT NULL DEFAULT now(),
    stored_at  timestamptz,
    deleted_at timestamptz
);

CREATE INDEX assets_of_account ON assets (owner_id);
CREATE INDEX assets_to_remove ON assets (created_at) WHERE stored_at IS NULL OR deleted_at IS NOT NULL;

-- Only these rows are looked at when an asset is to be deleted. A recipe names its assets beside its parameters.
CREATE INDEX videos_with_assets ON videos (owner_id) WHERE (transformation_parameters -> 'assets') IS NOT NULL;

CREATE FUNCTION forget_assets() RETURNS trigger
    LANGUAGE plpgsql AS $$
    BEGIN
        UPDATE assets SET deleted_at = now() WHERE owner_id = OLD.id AND deleted_at IS NULL;
        RETURN NULL;
    END;
    $$;

CREATE TRIGGER assets_go_with_their_account
    AFTER DELETE ON users
    FOR EACH ROW EXECUTE FUNCTION forget_assets();

-- Whether a job that is not over needs the asset: one that waits or runs, one that may be retried, and an upload that goes on.
CREATE FUNCTION is_asset_used(account uuid, asset uuid) RETURNS boolean
    LANGUAGE sql STABLE AS $$
        SELECT EXISTS (
            SELECT 1
            FROM videos
            WHERE owner_id = account
              AND (transformation_parameters -> 'assets') IS NOT NULL
              AND transformation_parameters -> 'assets' @> to_jsonb(asset::text)
              AND (status IN ('uploaded', 'processing') OR status = 'failed' AND retryable)
        ) OR EXISTS (
            SELECT 1
            FROM uploads
            WHERE owner_id = account
              AND ended IS NULL
              AND transformation_parameters -> 'assets' @> to_jsonb(asset::text)
        );
    $$;

-- Whether an asset that a recipe names has been deleted since.
CREATE FUNCTION lacks_asset(account uuid, recipe jsonb) RETURNS boolean
    LANGUAGE sql STABLE AS $$
        SELECT EXISTS (
            SELECT 1
            FROM jsonb_array_elements_text(recipe -> 'assets') AS wanted (id)
            WHERE NOT EXISTS (
                SELECT 1
                FROM assets
                WHERE assets.id = CAST(wanted.id AS uuid)
                  AND owner_id = account
                  AND stored_at IS NOT NULL
                  AND deleted_at IS NULL
            )
        );
    $$;

-- Makes room for an asset, and returns created, or too_many. An account's requests wait for one another, so that it never has more
-- than it may.
CREATE FUNCTION open_asset(account uuid, asset jsonb, most integer) RETURNS text
    LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM pg_advisory_xact_lock(hashtextextended('assets ' || account, 0));
        IF (SELECT count(*) FROM assets WHERE owner_id = account AND deleted_at IS NULL) >= most THEN
            RETURN 'too_many';
        END IF;
        INSERT INTO assets (id, owner_id, name, media_type, object_key, bytes, sha256, width, height, cues)
        SELECT new.id, account, new.name, new.media_type, new.object_key, new.bytes, new.sha256, new.width, new.height, new.cues
        FROM jsonb_to_record(asset)
            AS new (id uuid, name text, media_type text, object_key text, bytes integer, sha256 text, width integer, height integer,
                    cues integer);
        RETURN 'created';
    END;
    $$;
