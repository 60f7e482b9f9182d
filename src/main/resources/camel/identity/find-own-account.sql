-- No row for an account of an outside issuer.
SELECT id::text AS id, email, role, password_hash FROM users WHERE id = CAST(:?caller.id AS uuid)
