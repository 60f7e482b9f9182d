DELETE FROM assets
WHERE id = CAST(:?asset_id AS uuid)
  AND deleted_at IS NOT NULL
