DELETE FROM exports WHERE id = CAST(:?export_id AS uuid)
