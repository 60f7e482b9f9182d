SELECT account::text AS id
FROM reset_password(:?presented_hash, :?email, :?new_hash) account
WHERE account IS NOT NULL
