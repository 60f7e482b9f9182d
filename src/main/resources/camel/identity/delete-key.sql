DELETE FROM api_keys
WHERE owner_id = CAST(:?caller.id AS uuid)
  AND id::text = lower(:?key_id)
RETURNING id::text AS id
