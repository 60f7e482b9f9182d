-- From here on none of them is processed again. What could not be removed the last time is found again.
-- :?kept_seconds = {{caravana.retention.originals}} as seconds
WITH due AS (
    SELECT id, original_key
    FROM videos
    WHERE :?kept_seconds > 0
      AND status IN ('processed', 'failed', 'cancelled')
      AND greatest(uploaded_at, processed_at, failed_at, cancelled_at) < now() - make_interval(secs => :?kept_seconds)
      AND NOT EXISTS (SELECT FROM expired_files WHERE video_id = id AND kind = 'original')
    LIMIT 100
    FOR UPDATE SKIP LOCKED
), expired AS (
    INSERT INTO expired_files (video_id, kind)
    SELECT id, 'original' FROM due
    ON CONFLICT DO NOTHING
    RETURNING video_id
)
SELECT video_id::text AS video_id, original_key
FROM expired
JOIN due ON due.id = video_id
UNION ALL
(SELECT id::text, original_key
 FROM expired_files
 JOIN videos ON id = video_id
 WHERE kind = 'original' AND removed_at IS NULL
 ORDER BY expired_at
 LIMIT 100)
