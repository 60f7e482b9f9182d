-- Queues a video again that failed of something that may pass, and notes who ordered it.
WITH redriven AS (
    UPDATE videos
    SET status = 'uploaded',
        attempts = 0,
        claim_token = NULL,
        lease_until = NULL,
        not_before = now(),
        published_at = NULL,
        error_code = NULL,
        error_detail = NULL,
        last_code = NULL,
        retryable = false,
        first_failed_at = NULL,
        failed_at = NULL,
        updated_at = now()
    WHERE id = CAST(:?letter.videoId AS uuid)
      AND status = 'failed'
      AND retryable
    RETURNING id, job_message(videos) AS job_message
), noted AS (
    INSERT INTO audit (actor, act, video_id, message_id)
    SELECT :?caller.id, 'redrive', id, :?letter.messageId
    FROM redriven
)
SELECT id::text AS id, job_message
FROM redriven
