-- Videos whose result is older than results are kept, or of which an earlier sweep has not removed all.
-- :?kept_seconds = {{caravana.retention.outputs}} as seconds
SELECT video.id::text AS video_id
FROM videos video
LEFT JOIN expired_files expired ON expired.video_id = video.id AND expired.kind = 'outputs'
WHERE :?kept_seconds > 0
  AND video.status IN ('processed', 'failed', 'cancelled')
  AND video.processed_at < now() - make_interval(secs => :?kept_seconds)
  AND (expired.video_id IS NULL OR expired.expired_at < video.processed_at OR expired.removed_at IS NULL)
ORDER BY video.processed_at
LIMIT 100
