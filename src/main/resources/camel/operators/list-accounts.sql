-- The newest accounts whose e-mail address has the text, or whose id it is, as JSON. Of an outside issuer's, the address is not known.
SELECT coalesce(json_agg(found), '[]')::text AS items, count(*) AS number
FROM (SELECT accounts.id AS account_id,
             users.email,
             users.role,
             iso(accounts.created_at) AS created_at,
             iso(accounts.blocked_at) AS blocked_at,
             usage.videos,
             usage.bytes,
             (SELECT count(*) FROM api_keys WHERE owner_id = accounts.id) AS api_keys
      FROM accounts
      LEFT JOIN users ON users.id = accounts.id
      CROSS JOIN LATERAL account_usage(accounts.id) usage
      WHERE :?search = ''
         OR users.email LIKE '%' || lower(:?search) || '%'
         OR accounts.id::text = lower(:?search)
      ORDER BY accounts.created_at DESC, accounts.id
      LIMIT 100) found
