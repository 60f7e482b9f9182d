SELECT id::text AS video_id,
       title,
       status,
       iso(uploaded_at) AS uploaded_at,
       iso(updated_at) AS updated_at,
       iso(processed_at) AS processed_at,
       to_char(uploaded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS cursor_at,
       original_name,
       processed_key
FROM videos
WHERE owner_id = CAST(:?caller.id AS uuid)
  AND uploaded_at IS NOT NULL
  AND status NOT IN ('receiving', 'deleting')
  AND (CAST(:?page.status AS text) IS NULL OR status = :?page.status)
  AND (CAST(:?page.uploaded_after AS timestamptz) IS NULL OR uploaded_at >= CAST(:?page.uploaded_after AS timestamptz))
  AND (CAST(:?page.cursor_at AS timestamptz) IS NULL
       OR (uploaded_at, id) < (CAST(:?page.cursor_at AS timestamptz), CAST(:?page.cursor_id AS uuid)))
ORDER BY uploaded_at DESC, id DESC
LIMIT :?page.rows
