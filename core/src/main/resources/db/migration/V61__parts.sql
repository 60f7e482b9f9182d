-- The parts in which the picture of a video is encoded, by its own worker and by others that have nothing due (ADR 39).

-- Whether it was ever planned in parts: after its end, their objects are swept.
ALTER TABLE videos ADD COLUMN in_parts boolean NOT NULL DEFAULT false;

CREATE INDEX videos_in_parts_unswept ON videos (updated_at) WHERE in_parts AND outputs_swept_at IS NULL;

-- A part belongs to a unit of work, and goes with it, however the unit ends: a worker that finds no row of its part stops.
CREATE TABLE parts (
    video_id    uuid        NOT NULL REFERENCES work ON DELETE CASCADE,
    -- The claim that planned it.
    plan_id     uuid        NOT NULL,
    number      integer     NOT NULL,
    -- The claim of the job that goes by the plan: the one that planned it, or a later one.
    job_token   uuid        NOT NULL,
    -- Of all that the encoder gets. By another digest or another build of ffmpeg the video is planned again.
    digest      text        NOT NULL,
    build       text        NOT NULL,
    first_frame bigint      NOT NULL,
    frames      bigint      NOT NULL,
    part_state  text        NOT NULL DEFAULT 'waiting' CHECK (part_state IN ('waiting', 'running', 'done')),
    -- Whose it is: the job's own claim, or that of a worker that helps.
    claim_token uuid,
    lease_until timestamptz,
    claimed_at  timestamptz,
    worker      text,
    attempts    integer     NOT NULL DEFAULT 0,
    -- Of the stored part; parameters are those by which a decoder is initialised, and the same in all parts of a video.
    object_key  text,
    sha256      text,
    bytes       bigint,
    parameters  text,
    -- How long another worker than the job's needed for it.
    helped_seconds double precision,
    PRIMARY KEY (video_id, plan_id, number)
);

CREATE INDEX parts_claimed ON parts (claim_token) WHERE claim_token IS NOT NULL;

-- As before, but what others have done of a job counts as work when its rate is learned.
CREATE OR REPLACE FUNCTION keep_unit() RETURNS trigger
    LANGUAGE plpgsql AS $$
    BEGIN
        IF NEW.status IN ('uploaded', 'processing') THEN
            INSERT INTO work (video_id, owner_id, priority, attempts, predicted_seconds, due_at, turn_at, claimed_at)
            VALUES (NEW.id, NEW.owner_id, NEW.priority, NEW.attempts,
                    predicted_seconds(NEW.original_bytes, NEW.transformations), NEW.not_before,
                    NEW.not_before - (NEW.priority - 3) * interval '10 minutes',
                    CASE WHEN NEW.status = 'processing' THEN now() END)
            ON CONFLICT (video_id) DO UPDATE
                SET priority = excluded.priority,
                    attempts = excluded.attempts,
                    due_at = excluded.due_at,
                    turn_at = excluded.turn_at,
                    claimed_at = excluded.claimed_at;
        ELSE
            IF NEW.status = 'processed' AND NEW.original_bytes > 0 THEN
                PERFORM learn_rate(
                    NEW.transformations, NEW.original_bytes,
                    extract(epoch FROM now() - claimed_at)
                        + (SELECT coalesce(sum(helped_seconds), 0) FROM parts WHERE parts.video_id = work.video_id))
                FROM work
                WHERE video_id = NEW.id
                  AND claimed_at IS NOT NULL;
            END IF;
            DELETE FROM work WHERE video_id = NEW.id;
        END IF;
        RETURN NULL;
    END
    $$;
