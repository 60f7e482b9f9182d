SELECT name, transformations::text AS transformations
FROM presets
WHERE owner_id = CAST(:?caller.id AS uuid)
ORDER BY name
