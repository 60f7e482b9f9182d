-- What waited or ran waits again: its message may be gone. An attempt that the deletion has ended is not counted.
UPDATE videos
SET status = CASE deleted_from WHEN 'processing' THEN 'uploaded' ELSE deleted_from END,
    attempts = CASE deleted_from WHEN 'processing' THEN greatest(0, attempts - 1) ELSE attempts END,
    not_before = CASE deleted_from WHEN 'processing' THEN now() ELSE not_before END,
    published_at = CASE WHEN deleted_from IN ('uploaded', 'processing') THEN NULL ELSE published_at END,
    claim_token = NULL,
    lease_until = NULL,
    deleted_from = NULL,
    restorable_until = NULL,
    updated_at = now()
WHERE id = CAST(:?video_id AS uuid)
  AND owner_id = CAST(:?caller.id AS uuid)
  AND status = 'deleting'
  AND restorable_until > now()
RETURNING id::text AS video_id,
          CASE WHEN status = 'uploaded' THEN job_message(videos) END AS job_message
