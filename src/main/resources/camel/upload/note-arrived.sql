-- From here on everything has arrived: a request or the reconciler makes the video of it.
WITH arrived AS (
    UPDATE uploads
    SET received_bytes = bytes
    WHERE video_id = CAST(:?video_id AS uuid)
      AND direct IS NOT NULL
      AND ended IS NULL
      AND received_bytes < bytes
    RETURNING video_id
)
INSERT INTO upload_parts (video_id, number, bytes, etag)
SELECT arrived.video_id, part.number, part.bytes, part.etag
FROM arrived,
     jsonb_to_recordset(CAST(:?verified AS jsonb) -> 'parts') AS part (number integer, bytes integer, etag text)
