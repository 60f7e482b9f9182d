SELECT id::text AS id, role, password_hash FROM users WHERE email = :?email
