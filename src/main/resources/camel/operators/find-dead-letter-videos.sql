SELECT id::text AS id, status, retryable FROM videos WHERE id = ANY(CAST(:?video_ids AS uuid[]))
