-- From here on, what has arrived counts: the parts that S3 has, and the tail behind them. No row for a request that another
-- one has superseded.
-- :?idle_seconds = {{caravana.upload.idle}} as seconds
-- :?longest_seconds = {{caravana.upload.longest}} as seconds
WITH moved AS (
    UPDATE uploads
    SET received_bytes = :?incoming.arrived,
        bytes = coalesce(bytes, CAST(:?incoming.bytes AS bigint)),
        tail_key = :?incoming.newTailKey,
        tail_bytes = :?incoming.held,
        expires_at = least(
            now() + make_interval(secs => :?idle_seconds),
            created_at + make_interval(secs => :?longest_seconds))
    WHERE video_id = CAST(:?incoming.videoId AS uuid)
      AND token = CAST(:?incoming.token AS uuid)
      AND ended IS NULL
    RETURNING video_id, expires_at
), listed AS (
    INSERT INTO upload_parts (video_id, number, bytes, etag, crc32c)
    SELECT moved.video_id, part.number, part.bytes, part.etag, part.crc32c
    FROM moved,
         jsonb_to_recordset(CAST(:?incoming.unlisted AS jsonb) -> 'parts')
             AS part (number integer, bytes integer, etag text, crc32c text)
), kept AS (
    UPDATE videos
    SET expires_at = moved.expires_at
    FROM moved
    WHERE videos.id = moved.video_id
)
SELECT video_id::text AS video_id FROM moved
