-- What is stored of an account, a JSON document each. Secrets and hashes are left out.
SELECT (SELECT json_build_object('id', account.id, 'email', email, 'verified_at', iso(verified_at), 'role', role, 'first_name', first_name, 'last_name', last_name,
                                 'city', city, 'country', country, 'created_at', iso(account.created_at))::text
        FROM accounts account
        LEFT JOIN users ON users.id = account.id
        WHERE account.id = CAST(:?account_id AS uuid)) AS account,
       (SELECT coalesce(json_agg(json_build_object(
                   'video_id', id, 'title', title, 'file_name', original_name, 'status', status, 'bytes', original_bytes,
                   'sha256', original_sha256, 'transformaciones', transformations,
                   'transformation_parameters', transformation_parameters, 'media_info', media_info, 'warnings', warnings,
                   'error_code', error_code, 'reference', reference, 'metadata', metadata,
                   'received_at', iso(received_at), 'uploaded_at', iso(uploaded_at),
                   'processed_at', iso(processed_at), 'failed_at', iso(failed_at),
                   'original', '/api/videos/' || id || '/original',
                   'processed', CASE WHEN processed_key IS NOT NULL THEN '/api/videos/' || id || '/processed' END,
                   'poster', CASE WHEN poster_key IS NOT NULL THEN '/api/videos/' || id || '/poster' END)
                   ORDER BY received_at), '[]')::text
        FROM videos
        WHERE owner_id = CAST(:?account_id AS uuid)
          AND status <> 'deleting') AS videos,
       (SELECT coalesce(json_agg(json_build_object(
                   'video_id', video_id, 'title', title, 'file_name', original_name, 'upload_metadata', metadata, 'reference', reference,
                   'metadata', video_metadata, 'bytes', bytes,
                   'received_bytes', received_bytes, 'ended', ended, 'created_at', iso(created_at))
                   ORDER BY created_at), '[]')::text
        FROM uploads
        WHERE owner_id = CAST(:?account_id AS uuid)) AS uploads,
       (SELECT coalesce(json_agg(json_build_object(
                   'video_id', video_id, 'url', url, 'state', import_state, 'error_code', error_code, 'attempts', attempts,
                   'title', upload ->> 'title', 'created_at', iso(created_at), 'ended_at', iso(ended_at))
                   ORDER BY created_at), '[]')::text
        FROM imports
        WHERE owner_id = CAST(:?account_id AS uuid)) AS imports,
       (SELECT coalesce(json_agg(json_build_object(
                   'id', id, 'name', name, 'media_type', media_type, 'bytes', bytes, 'sha256', sha256,
                   'created_at', iso(created_at), 'file', '/api/assets/' || id || '/file')
                   ORDER BY created_at), '[]')::text
        FROM assets
        WHERE owner_id = CAST(:?account_id AS uuid)
          AND deleted_at IS NULL) AS assets,
       (SELECT coalesce(json_agg(json_build_object('name', name, 'transformaciones', transformations) ORDER BY name), '[]')::text
        FROM presets
        WHERE owner_id = CAST(:?account_id AS uuid)) AS presets,
       (SELECT coalesce(json_agg(json_build_object(
                   'id', id, 'name', name, 'prefix', prefix, 'scopes', scopes, 'addresses', addresses,
                   'created_at', iso(created_at), 'expires_at', iso(expires_at), 'last_used_at', iso(last_used_at))
                   ORDER BY created_at), '[]')::text
        FROM api_keys
        WHERE owner_id = CAST(:?account_id AS uuid)) AS api_keys,
       (SELECT coalesce(json_agg(json_build_object('issued_at', iso(issued_at), 'expires_at', iso(expires_at))
                   ORDER BY issued_at), '[]')::text
        FROM sessions
        WHERE user_id = CAST(:?account_id AS uuid)) AS sessions,
       (SELECT coalesce(json_agg(json_build_object('month', month, 'seconds', seconds) ORDER BY month), '[]')::text
        FROM account_months
        WHERE owner_id = CAST(:?account_id AS uuid)) AS months,
       (SELECT coalesce(json_agg(json_build_object(
                   'id', event_id, 'type', type, 'subject', subject, 'number', number, 'at', iso(occurred_at), 'content', content)
                   ORDER BY id), '[]')::text
        FROM events
        WHERE owner_id = CAST(:?account_id AS uuid)) AS events,
       (SELECT coalesce(json_agg(json_build_object('at', iso(at), 'act', act, 'detail', detail) ORDER BY at), '[]')::text
        FROM audit
        WHERE actor = :?account_id) AS audit
