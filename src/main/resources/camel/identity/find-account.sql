SELECT users.id::text AS id,
       role,
       password_hash,
       blocked_at IS NOT NULL AS blocked,
       milliseconds(clock_timestamp()) AS issued_ms
FROM users
LEFT JOIN accounts ON accounts.id = users.id
WHERE email = :?email
