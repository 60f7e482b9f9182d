SELECT video_id::text AS video_id,
       url,
       CASE WHEN import_state <> 'waiting' THEN import_state
            WHEN claim_token IS NOT NULL AND due_at > now() THEN 'running'
            ELSE 'waiting' END AS import_state,
       attempts,
       received_bytes,
       error_code,
       error_detail,
       upload ->> 'title' AS title,
       upload::text AS upload,
       headers,
       CASE WHEN import_state = 'waiting' AND claim_token IS NULL THEN iso(due_at) END AS next_attempt_at,
       iso(created_at) AS created_at,
       iso(ended_at) AS ended_at
FROM imports
WHERE owner_id = CAST(:?caller.id AS uuid)
  AND video_id::text = lower(:?import_id)
