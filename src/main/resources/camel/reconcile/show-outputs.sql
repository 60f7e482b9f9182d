-- Nothing, when somebody has claimed the video since. The keys are a JSON array.
SELECT (
    SELECT coalesce(json_agg(object_key), '[]')::text
    FROM video_outputs output
    WHERE output.video_id = video.id
) AS keys
FROM videos video
WHERE id = CAST(:?video_id AS uuid)
  AND claims = :?claims
  AND status IN ('processed', 'failed', 'cancelled')
