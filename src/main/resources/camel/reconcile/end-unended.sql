WITH unlisted AS (
    DELETE FROM upload_parts WHERE video_id = CAST(:?video_id AS uuid)
)
UPDATE uploads
SET ended = :?ended,
    token = NULL,
    tail_key = NULL,
    tail_bytes = 0
WHERE video_id = CAST(:?video_id AS uuid)
  AND ended IS NULL
