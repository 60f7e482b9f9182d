SELECT id::text AS id,
       name,
       media_type,
       bytes,
       width,
       height,
       cues,
       iso(created_at) AS created_at
FROM assets
WHERE owner_id = CAST(:?caller.id AS uuid)
  AND stored_at IS NOT NULL
  AND deleted_at IS NULL
ORDER BY assets.created_at, id
