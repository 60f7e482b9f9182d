UPDATE expired_files
SET removed_at = now()
WHERE video_id = CAST(:?video_id AS uuid)
  AND kind = :?removed_kind
