-- Files of videos that the deployment does not keep any longer, by its settings of retention. A video that is processed again has results
-- of its own: what counts of `outputs` is whether it expired after the result was made.
--   expired_at  from then on nobody may need the files
--   removed_at  null while some may still be in the object store
CREATE TABLE expired_files (
    video_id   uuid        NOT NULL REFERENCES videos ON DELETE CASCADE,
    kind       text        NOT NULL CHECK (kind IN ('original', 'outputs')),
    expired_at timestamptz NOT NULL DEFAULT now(),
    removed_at timestamptz,
    PRIMARY KEY (video_id, kind)
);

CREATE INDEX expired_files_left ON expired_files (expired_at) WHERE removed_at IS NULL;

-- As before, but nothing is queued again without its original.
CREATE OR REPLACE FUNCTION queue_again(video uuid, ended text[], asked jsonb, asked_parameters jsonb) RETURNS SETOF videos
    LANGUAGE sql AS $$
        UPDATE videos
        SET status = 'uploaded',
            transformations = coalesce(asked, transformations),
            transformation_parameters = CASE WHEN asked IS NULL THEN transformation_parameters ELSE asked_parameters END,
            attempts = 0,
            claim_token = NULL,
            lease_until = NULL,
            not_before = now(),
            published_at = NULL,
            error_code = NULL,
            error_detail = NULL,
            error_values = NULL,
            last_code = NULL,
            retryable = false,
            first_failed_at = NULL,
            failed_at = NULL,
            cancelled_at = NULL,
            updated_at = now()
        WHERE id = video
          AND status = ANY (ended)
          AND NOT EXISTS (SELECT FROM expired_files WHERE video_id = video AND kind = 'original')
        RETURNING *;
    $$;

-- As before, but originals that are not kept any longer take no room.
CREATE OR REPLACE FUNCTION account_usage(account uuid) RETURNS TABLE (bytes bigint, videos bigint, open_uploads bigint)
    LANGUAGE sql STABLE AS $$
        SELECT coalesce(sum(coalesce(video.original_bytes, upload.bytes)) FILTER (WHERE expired.video_id IS NULL), 0)::bigint,
               count(*),
               count(*) FILTER (WHERE video.status = 'receiving')
        FROM videos video
        LEFT JOIN uploads upload ON upload.video_id = video.id AND upload.ended IS NULL
        LEFT JOIN expired_files expired ON expired.video_id = video.id AND expired.kind = 'original'
        WHERE video.owner_id = account
          AND video.status <> 'deleting'
    $$;
