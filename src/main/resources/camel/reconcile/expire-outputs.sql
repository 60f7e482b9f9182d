-- Marks the result of a video as not kept any longer, and forgets its renditions, so that no player finds them; nothing when there is a
-- newer result by now, or a job that makes one.
-- :?kept_seconds = {{caravana.retention.outputs}} as seconds
WITH old AS (
    SELECT id
    FROM videos
    WHERE id = CAST(:?video_id AS uuid)
      AND status IN ('processed', 'failed', 'cancelled')
      AND processed_at < now() - make_interval(secs => :?kept_seconds)
    FOR UPDATE
), forgotten AS (
    DELETE FROM renditions WHERE video_id IN (SELECT id FROM old)
), unplayable AS (
    UPDATE videos SET playable_at = NULL WHERE id IN (SELECT id FROM old) AND playable_at IS NOT NULL
)
INSERT INTO expired_files (video_id, kind)
SELECT id, 'outputs' FROM old
ON CONFLICT (video_id, kind) DO UPDATE SET expired_at = now(), removed_at = NULL
RETURNING video_id::text AS video_id
