-- The caller's assets, the oldest first; with an id, the one of that id.
-- :?asset_id = null
SELECT id::text AS id,
       name,
       media_type,
       bytes,
       width,
       height,
       cues,
       iso(created_at) AS created_at,
       object_key
FROM assets
WHERE owner_id = CAST(:?caller.id AS uuid)
  AND (CAST(:?asset_id AS text) IS NULL OR id::text = lower(CAST(:?asset_id AS text)))
  AND stored_at IS NOT NULL
  AND deleted_at IS NULL
ORDER BY assets.created_at, id
