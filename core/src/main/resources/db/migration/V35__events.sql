-- What happened to videos, for programs of their owners. The transaction that changes a status writes its event as well, so that
-- none is without the other. Triggers do it: what an older version of the app changes has events, too. They lock no row but the
-- video's own, which the change has locked already, so two changes never wait for each other because of them.
--   transaction  by which it was written. Ids are given before commits, so an event with a smaller id may appear later. Readers
--                take events of transactions that are older than all that run, in the order of transaction and id.
--   event_id     for readers; ids may be given again after a database was restored
--   subject      the video that it is about
--   number       of the events of one subject, from 1, without a gap
--   content      what is shown: of a video its row at that time, as find-own-video.sql has it, without objects; of an upload
--                that has expired, the document
CREATE TABLE events (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    transaction xid8        NOT NULL DEFAULT pg_current_xact_id(),
    event_id    uuid        NOT NULL DEFAULT gen_random_uuid(),
    owner_id    uuid        NOT NULL,
    subject     uuid        NOT NULL,
    number      integer     NOT NULL,
    type        text        NOT NULL,
    occurred_at timestamptz NOT NULL DEFAULT now(),
    content     jsonb       NOT NULL
);

-- Of the transactions that run, the one that began first: what older ones wrote is there, or never will be.
CREATE FUNCTION oldest_running() RETURNS xid8
    LANGUAGE sql STABLE
    RETURN pg_snapshot_xmin(pg_current_snapshot());

CREATE INDEX events_of_owner ON events (owner_id, transaction, id);

-- How many events a video has had, and the type of the last one.
ALTER TABLE videos
    ADD COLUMN event_number integer NOT NULL DEFAULT 0,
    ADD COLUMN event_type text;

-- Null when a change is no news: an attempt that is repeated, or an upload that its client has ended.
CREATE FUNCTION event_type_of(earlier videos, later videos) RETURNS text
    LANGUAGE sql STABLE AS $$
        SELECT CASE
                   WHEN earlier.status = 'receiving' AND later.status = 'deleting'
                       THEN CASE WHEN earlier.expires_at < now() THEN 'upload.expired' END
                   WHEN later.status = 'deleting' THEN 'video.deleted'
                   WHEN earlier.status = 'deleting' THEN 'video.restored'
                   WHEN later.status = 'uploaded'
                       THEN CASE WHEN earlier.status <> 'processing' THEN 'video.uploaded' END
                   WHEN later.status = 'processing'
                       THEN CASE WHEN earlier.event_type IS DISTINCT FROM 'video.processing' THEN 'video.processing' END
                   ELSE 'video.' || later.status
               END
    $$;

CREATE FUNCTION event_content(video videos) RETURNS jsonb
    LANGUAGE sql STABLE AS $$
        SELECT CASE
                   WHEN video.event_type = 'upload.expired' THEN (
                       SELECT jsonb_build_object(
                           'video_id', video.id,
                           'title', upload.title,
                           'file_name', upload.original_name,
                           'reference', upload.reference,
                           'metadata', upload.video_metadata,
                           'status', 'expired',
                           'received_bytes', upload.received_bytes,
                           'bytes', upload.bytes,
                           'expires_at', iso(video.expires_at))
                       -- Of an upload in one request there is no row.
                       FROM (SELECT video.id AS video_id) AS expired
                       LEFT JOIN uploads upload USING (video_id))
                   ELSE jsonb_build_object(
                       'video_id', video.id,
                       'title', video.title,
                       'status', CASE WHEN video.status = 'deleting' THEN 'deleted' ELSE video.status END,
                       'uploaded_at', iso(video.uploaded_at),
                       'updated_at', iso(video.updated_at),
                       'processed_at', iso(video.processed_at),
                       'original_name', video.original_name,
                       'reference', video.reference,
                       'metadata', video.metadata::text,
                       'original_sha256', coalesce(video.original_sha256, video.announced_sha256),
                       'outputs', CASE
                           WHEN video.processed_key IS NOT NULL THEN (
                               SELECT jsonb_agg(file - 'key')::text
                               FROM jsonb_array_elements(CAST(output_documents(video.id) AS jsonb)) AS file)
                       END,
                       'attempts', video.attempts,
                       'error_code', video.error_code,
                       'error_detail', video.error_detail,
                       'last_code', video.last_code,
                       'error_values', video.error_values::text,
                       'retryable', video.retryable,
                       'phase_ms', video.phase_ms::text,
                       'media_info', video.media_info::text,
                       'warnings', video.warnings::text,
                       'truncated', coalesce(CAST(video.facts ->> 'truncated' AS boolean), false))
               END
    $$;

CREATE FUNCTION number_event() RETURNS trigger
    LANGUAGE plpgsql AS $$
    DECLARE
        happened text := event_type_of(OLD, NEW);
    BEGIN
        IF happened IS NOT NULL THEN
            NEW.event_number := OLD.event_number + 1;
            NEW.event_type := happened;
        END IF;
        RETURN NEW;
    END
    $$;

CREATE TRIGGER videos_number_event
    BEFORE UPDATE OF status ON videos
    FOR EACH ROW
    WHEN (OLD.status <> NEW.status)
    EXECUTE FUNCTION number_event();

-- After the statement, since the commit of a result names its files beside the row.
CREATE FUNCTION write_event() RETURNS trigger
    LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO events (owner_id, subject, number, type, content)
        VALUES (NEW.owner_id, NEW.id, NEW.event_number, NEW.event_type, event_content(NEW));
        RETURN NULL;
    END
    $$;

CREATE TRIGGER videos_write_event
    AFTER UPDATE OF status ON videos
    FOR EACH ROW
    WHEN (OLD.event_number <> NEW.event_number)
    EXECUTE FUNCTION write_event();
