-- Renditions are played while their job runs. Each claim writes rows and objects of its own. One whose renditions begin with the same
-- bytes as those of an earlier claim of the same job takes over their address, so that the playlists go on behind what was listed.
--   stream_id       by which playlists are addressed: the first claim that has made these renditions; null for the row's own claim
--   folder          what the keys of its objects begin with, before the rendition's name; null for that of the output
--   initialisation  SHA-256 of what initialises a decoder; null for renditions that were not played while they were made
--   target_seconds  length of a segment; null for the longest one
ALTER TABLE renditions
    ADD COLUMN stream_id uuid,
    ADD COLUMN folder text,
    ADD COLUMN initialisation text,
    ADD COLUMN target_seconds double precision;

-- Renditions whose job has not come to its end have no mean yet.
CREATE INDEX renditions_unfinished ON renditions (video_id) WHERE average_bit_rate = 0;

--   playable_at      since when its renditions can be played, until their job fails or a result without renditions replaces them
--   playable_stream  the renditions that are played while their job runs, or waits for its next attempt
ALTER TABLE videos
    ADD COLUMN playable_at timestamptz,
    ADD COLUMN playable_stream uuid;

UPDATE videos
SET playable_at = processed_at
WHERE EXISTS (
    SELECT
    FROM outputs clip
    JOIN renditions USING (video_id, claim_token)
    WHERE clip.video_id = videos.id AND clip.object_key = videos.processed_key
);

-- The renditions of a video that a player may get: those of its result, or, where that has none, those of the running job.
CREATE FUNCTION played_renditions(played uuid)
    RETURNS TABLE (stream_id uuid, ended boolean, current boolean, video_id uuid, claim_token uuid, name text, codecs text,
                   width integer, height integer, frame_rate double precision, peak_bit_rate bigint, average_bit_rate bigint,
                   folder text, target_seconds double precision)
    LANGUAGE sql STABLE AS $$
        SELECT coalesce(made.stream_id, made.claim_token), result.claim_token IS NOT NULL,
               result.claim_token IS NOT NULL OR coalesce(made.stream_id, made.claim_token) = video.playable_stream,
               made.video_id, made.claim_token, made.name, made.codecs, made.width, made.height, made.frame_rate,
               made.peak_bit_rate, made.average_bit_rate, coalesce(result.folder, made.folder), made.target_seconds
        FROM videos video
        LEFT JOIN LATERAL (
            SELECT clip.claim_token, stream.object_key AS folder
            FROM outputs clip
            JOIN outputs stream ON stream.video_id = clip.video_id AND stream.claim_token = clip.claim_token
                               AND right(stream.object_key, 1) = '/'
            WHERE clip.video_id = video.id AND clip.object_key = video.processed_key
            LIMIT 1
        ) result ON true
        JOIN renditions made ON made.video_id = video.id
        WHERE video.id = played
          AND video.status NOT IN ('receiving', 'deleting')
          AND NOT EXISTS (SELECT FROM accounts WHERE accounts.id = video.owner_id AND blocked_at IS NOT NULL)
          AND CASE
                  WHEN result.claim_token IS NOT NULL THEN made.claim_token = result.claim_token
                  ELSE video.status IN ('uploaded', 'processing') AND video.playable_stream IS NOT NULL
              END
    $$;

-- The captions that are played beside the renditions of a result, each one file.
CREATE FUNCTION played_captions(played uuid)
    RETURNS TABLE (stream_id uuid, name text, language text, object_key text, seconds double precision)
    LANGUAGE sql STABLE AS $$
        SELECT rendition.stream_id, 'captions' || row_number() OVER (ORDER BY captions.name), captions.language,
               captions.object_key, clip.seconds
        FROM (SELECT * FROM played_renditions(played) WHERE ended LIMIT 1) rendition
        JOIN outputs captions ON captions.video_id = rendition.video_id AND captions.claim_token = rendition.claim_token
                             AND captions.role = 'subtitles' AND captions.media_type = 'text/vtt'
        JOIN outputs clip ON clip.video_id = rendition.video_id AND clip.claim_token = rendition.claim_token
                         AND clip.role = 'video'
    $$;

-- What was played of a job that ended without a result is not played any more. Its rows stay until its objects are swept.
CREATE FUNCTION end_stream() RETURNS trigger
    LANGUAGE plpgsql AS $$
    BEGIN
        NEW.playable_stream := NULL;
        NEW.playable_at := NULL;
        RETURN NEW;
    END
    $$;

CREATE TRIGGER videos_end_stream
    BEFORE UPDATE OF status ON videos
    FOR EACH ROW
    WHEN (OLD.playable_stream IS NOT NULL AND NEW.status IN ('failed', 'cancelled'))
    EXECUTE FUNCTION end_stream();

-- Another job may make something else of the same original: it goes on with nothing of the one before.
CREATE FUNCTION forget_streams() RETURNS trigger
    LANGUAGE plpgsql AS $$
    BEGIN
        DELETE FROM renditions made
        WHERE made.video_id = NEW.id
          AND NOT EXISTS (
              SELECT
              FROM outputs output
              WHERE output.video_id = made.video_id AND output.claim_token = made.claim_token
          );
        RETURN NULL;
    END
    $$;

CREATE TRIGGER videos_forget_streams
    AFTER UPDATE OF status ON videos
    FOR EACH ROW
    WHEN (OLD.status IN ('processed', 'failed', 'cancelled') AND NEW.status = 'uploaded')
    EXECUTE FUNCTION forget_streams();

-- As before, but a video that is playable while its job runs has that event then, and no second one when it is processed.
CREATE OR REPLACE FUNCTION number_event() RETURNS trigger
    LANGUAGE plpgsql AS $$
    DECLARE
        happened text := CASE WHEN OLD.status <> NEW.status THEN event_type_of(OLD, NEW) END;
    BEGIN
        IF happened IS NOT NULL THEN
            NEW.event_number := OLD.event_number + 1;
            NEW.event_type := happened;
            -- The renditions of the claim that commits were noted before.
            IF happened = 'video.processed' AND OLD.playable_stream IS NULL
                    AND EXISTS (SELECT FROM renditions WHERE video_id = NEW.id AND claim_token = OLD.claim_token) THEN
                NEW.event_number := NEW.event_number + 1;
            END IF;
        ELSIF OLD.status = NEW.status AND OLD.playable_stream IS NULL AND NEW.playable_stream IS NOT NULL THEN
            -- The type stays that of the last change of the status, by which a repeated attempt is known.
            NEW.event_number := OLD.event_number + 1;
        END IF;
        RETURN NEW;
    END
    $$;

CREATE OR REPLACE FUNCTION write_event() RETURNS trigger
    LANGUAGE plpgsql AS $$
    DECLARE
        written bigint;
        happened text;
    BEGIN
        FOR place IN OLD.event_number + 1 .. NEW.event_number LOOP
            happened := CASE
                            WHEN place = NEW.event_number AND OLD.status <> NEW.status THEN NEW.event_type
                            ELSE 'video.playable'
                        END;
            INSERT INTO events (owner_id, subject, number, type, content)
            VALUES (NEW.owner_id, NEW.id, place, happened, event_content(NEW))
            RETURNING id INTO written;
            INSERT INTO webhook_deliveries (webhook_id, owner_id, event, subject, number)
            SELECT webhook.id, webhook.owner_id, written, NEW.id, place
            FROM webhooks webhook
            WHERE webhook.owner_id = NEW.owner_id
              AND webhook.enabled
              AND (webhook.types = '{}' OR happened = ANY (webhook.types));
        END LOOP;
        RETURN NULL;
    END
    $$;

CREATE OR REPLACE TRIGGER videos_number_event
    BEFORE UPDATE OF status, playable_stream ON videos
    FOR EACH ROW
    WHEN (OLD.status <> NEW.status OR OLD.playable_stream IS DISTINCT FROM NEW.playable_stream)
    EXECUTE FUNCTION number_event();

CREATE OR REPLACE TRIGGER videos_write_event
    AFTER UPDATE OF status, playable_stream ON videos
    FOR EACH ROW
    WHEN (OLD.event_number <> NEW.event_number)
    EXECUTE FUNCTION write_event();

-- As before, with playable_at.
CREATE OR REPLACE FUNCTION event_content(video videos) RETURNS jsonb
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
                       'playable_at', iso(video.playable_at),
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
