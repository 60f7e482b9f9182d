-- No row for an account of an outside issuer.
SELECT id::text AS id, email, role, password_hash, verified_at IS NOT NULL AS verified
FROM users
WHERE id = CAST(:?caller.id AS uuid)
