DELETE FROM videos WHERE id = CAST(:?video_id AS uuid) AND status = 'deleting'
