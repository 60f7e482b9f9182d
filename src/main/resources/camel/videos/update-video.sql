-- With If-Match, only what the client has seen is changed: two who change it at once do not undo each other.
UPDATE videos
SET title = coalesce(:?changes.title, title),
    original_name = CASE WHEN :?changes.names_file THEN :?changes.file_name ELSE original_name END,
    updated_at = now()
WHERE id = CAST(:?video_id AS uuid)
  AND owner_id = CAST(:?caller.id AS uuid)
  AND status NOT IN ('receiving', 'deleting')
  AND (NOT :?changes.conditional
       OR (title = :?row.title AND original_name IS NOT DISTINCT FROM :?row.original_name))
RETURNING id, status
