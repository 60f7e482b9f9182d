-- Those that the job names, as far as its owner has them.
SELECT id::text AS id,
       name,
       media_type,
       object_key
FROM assets
WHERE id = ANY (CAST(:?assets.ids AS uuid[]))
  AND owner_id = CAST(:?owner_id AS uuid)
  AND stored_at IS NOT NULL
  AND deleted_at IS NULL
