-- The e-mail address of an account that is kept here; no row for one of an outside issuer.
SELECT email, iso(verified_at) AS verified_at FROM users WHERE id = CAST(:?caller.id AS uuid)
