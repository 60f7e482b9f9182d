-- A row when nobody's video needs what was fetched.
SELECT CAST(:?video_id AS uuid) AS video_id
WHERE NOT EXISTS (SELECT FROM videos WHERE id = CAST(:?video_id AS uuid) AND status <> 'deleting')
