SELECT number, bytes, etag, crc32c
FROM upload_parts
WHERE video_id = CAST(:?video_id AS uuid)
ORDER BY number
