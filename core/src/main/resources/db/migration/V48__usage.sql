-- What accounts are billed for: one row for each file of a job that succeeded. Rows are never changed, and outlive video and account. They have
-- no name, no title, no id of a video, and of transformations no parameters. A trigger writes them, so that jobs of a worker of an older
-- version count as well.
--   transformations  names, as the job had them
--   codec            ffmpeg's name, of the main video; null of other files
--   seconds          null of pictures and text, as width and height are of sound and text
CREATE TABLE usage_records (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    owner_id        uuid        NOT NULL,
    occurred_at     timestamptz NOT NULL DEFAULT now(),
    transformations jsonb       NOT NULL,
    role            text        NOT NULL,
    media_type      text        NOT NULL,
    codec           text,
    width           integer,
    height          integer,
    seconds         double precision,
    bytes           bigint      NOT NULL
);

CREATE INDEX usage_of_account ON usage_records (owner_id, occurred_at);
CREATE INDEX usage_by_time ON usage_records (occurred_at);

CREATE TRIGGER usage_never_changes
    BEFORE UPDATE OR DELETE ON usage_records
    FOR EACH ROW
    EXECUTE FUNCTION refuse_change();

CREATE FUNCTION note_usage() RETURNS trigger
    LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO usage_records (owner_id, transformations, role, media_type, codec, width, height, seconds, bytes)
        SELECT owner_id, transformations, NEW.role, NEW.media_type,
               CASE WHEN NEW.object_key = processed_key THEN media_info #>> '{result,video,codec}' END,
               NEW.width, NEW.height, NEW.seconds, NEW.bytes
        FROM videos
        WHERE id = NEW.video_id;
        RETURN NULL;
    END
    $$;

CREATE TRIGGER outputs_note_usage
    AFTER INSERT ON outputs
    FOR EACH ROW
    EXECUTE FUNCTION note_usage();

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
           ('shares', 'owner_id', false),
           ('upload_keys', 'owner_id', false),
           ('uploads', 'owner_id', false),
           ('usage_records', 'owner_id', true),
           ('users', 'id', false),
           ('videos', 'owner_id', false),
           ('webhook_deliveries', 'owner_id', false),
           ('webhooks', 'owner_id', false),
           ('work', 'owner_id', false);
