SELECT end_credentials(CAST(:?caller.id AS uuid))
