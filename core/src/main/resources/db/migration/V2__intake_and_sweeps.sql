-- What operators order all workers to do: one row, read by each of them once a second.
CREATE TABLE intake (
    id         boolean PRIMARY KEY DEFAULT true CHECK (id),
    paused     boolean     NOT NULL DEFAULT false,
    changed_at timestamptz NOT NULL DEFAULT now()
);

INSERT INTO intake DEFAULT VALUES;

-- When the outputs of lost claims were looked for, after the video was finished; a new claim starts it anew.
ALTER TABLE videos ADD COLUMN outputs_swept_at timestamptz;

CREATE INDEX videos_to_sweep ON videos (updated_at)
    WHERE claims > 1 AND outputs_swept_at IS NULL AND status IN ('processed', 'failed');

-- The job message as the contract has it, made of what the row says, so that the two can never disagree.
CREATE FUNCTION job_message(video videos) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT json_build_object(
        'video_id', video.id,
        's3_key_original', video.original_key,
        'transformaciones', video.transformations,
        'usuario_id', video.owner_id
    )::text
$$;
