-- Queues a video again that failed of something that may pass, and records who commanded it.
WITH redriven AS (
    SELECT id, job_message(video) AS job_message
    FROM requeue(CAST(:?dead_letter.videoId AS uuid)) AS video
), noted AS (
    INSERT INTO audit (actor, act, video_id, message_id)
    SELECT :?caller.id, 'redrive', id, :?dead_letter.messageId
    FROM redriven
)
SELECT id::text AS id, job_message
FROM redriven
