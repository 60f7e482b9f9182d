SELECT id::text AS id,
       name,
       prefix,
       array_to_json(scopes)::text AS scopes,
       array_to_json(addresses)::text AS addresses,
       iso(created_at) AS created_at,
       iso(expires_at) AS expires_at,
       iso(last_used_at) AS last_used_at
FROM create_api_key(CAST(:?caller.id AS uuid), CAST(:?key AS jsonb), CAST(:?most_keys AS integer))
