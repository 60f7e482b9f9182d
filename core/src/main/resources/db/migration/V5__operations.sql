-- The workers that there are, as each of them says itself; one that is gone is told by `seen_at`.
CREATE TABLE workers (
    name      text PRIMARY KEY,
    slots     integer     NOT NULL,
    -- what keeps it from taking jobs, separated by commas; empty when nothing does
    closed_by text        NOT NULL DEFAULT '',
    seen_at   timestamptz NOT NULL DEFAULT now()
);

-- Which of them claimed a video last.
ALTER TABLE videos ADD COLUMN worker text;

CREATE INDEX videos_failed ON videos (failed_at DESC) WHERE status = 'failed';

-- What operators did, written by the same statement as the change itself.
CREATE TABLE audit (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at         timestamptz NOT NULL DEFAULT now(),
    -- the operator's id, as the token has it
    actor      text        NOT NULL,
    act        text        NOT NULL CHECK (act IN ('redrive', 'discard', 'pause', 'resume')),
    video_id   uuid,
    message_id text,
    detail     text
);

CREATE INDEX audit_by_time ON audit (at DESC, id DESC);

-- What follows an upload through the logs of web and workers, as the client sent it or as web made it (W3C).
ALTER TABLE videos ADD COLUMN traceparent text;

CREATE OR REPLACE FUNCTION job_message(video videos) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT json_strip_nulls(json_build_object(
        'video_id', video.id,
        's3_key_original', video.original_key,
        'transformaciones', video.transformations,
        'usuario_id', video.owner_id,
        'traceparent', video.traceparent
    ))::text
$$;
