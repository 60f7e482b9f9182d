-- What each attempt at a job has cost. A row is written in the same statement that ends the attempt, never changes, and goes with its
-- video.
--   outcome   processed; retry_scheduled, requeued, rejected or failed_permanently when the attempt failed
--   code      what it failed of; null when processed
--   measured  cpu_ms by tool and of the worker's JVM, peak_tool_memory_bytes, bytes_read, phase_ms, see JobReceipt
--   written   bytes of the results that it stored
CREATE TABLE receipts (
    claim_token uuid PRIMARY KEY,
    video_id    uuid        NOT NULL REFERENCES videos ON DELETE CASCADE,
    outcome     text        NOT NULL,
    code        text,
    worker      text,
    measured    jsonb       NOT NULL,
    written     bigint      NOT NULL DEFAULT 0,
    created_at  timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX receipts_of_video ON receipts (video_id, created_at);

CREATE FUNCTION refuse_change() RETURNS trigger
    LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'Rows of % are never changed', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END
    $$;

CREATE TRIGGER receipts_never_change
    BEFORE UPDATE ON receipts
    FOR EACH ROW
    EXECUTE FUNCTION refuse_change();
