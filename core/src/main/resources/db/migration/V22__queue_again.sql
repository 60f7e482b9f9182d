-- Queues a video that is in one of these states again, with all its attempts; returns nothing when it is in none of them.
--   asked             the transformations instead of those that it has; null leaves them, and their parameters
--   asked_parameters  the parameters of these
CREATE FUNCTION queue_again(video uuid, ended text[], asked jsonb, asked_parameters jsonb) RETURNS SETOF videos
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
        RETURNING *;
    $$;

-- Queues a failed video again; returns nothing when it has not failed, or of something that stays.
CREATE OR REPLACE FUNCTION requeue(video uuid) RETURNS SETOF videos
    LANGUAGE sql AS $$
        SELECT queued.*
        FROM videos AS failed
        CROSS JOIN LATERAL queue_again(failed.id, ARRAY['failed'], NULL, NULL) AS queued
        WHERE failed.id = video
          AND failed.status = 'failed'
          AND failed.retryable;
    $$;
