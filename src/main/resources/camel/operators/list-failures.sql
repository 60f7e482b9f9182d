-- The last videos that failed, the newest first, as JSON.
SELECT coalesce(json_agg(failures), '[]')::text AS items, count(*) AS number
FROM (SELECT id AS video_id,
             title,
             error_code AS code,
             last_code,
             error_detail AS detail,
             error_values AS values,
             iso(failed_at) AS failed_at
      FROM videos
      WHERE status = 'failed'
      ORDER BY videos.failed_at DESC
      LIMIT 50) failures
