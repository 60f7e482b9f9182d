UPDATE imports
SET import_state = 'cancelled',
    headers = NULL,
    claim_token = NULL,
    ended_at = now()
WHERE owner_id = CAST(:?caller.id AS uuid)
  AND video_id::text = lower(:?import_id)
  AND import_state = 'waiting'
RETURNING video_id::text AS video_id
