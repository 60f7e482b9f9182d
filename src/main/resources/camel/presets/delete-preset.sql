DELETE FROM presets
WHERE owner_id = CAST(:?caller.id AS uuid)
  AND name = :?preset_name
RETURNING name
