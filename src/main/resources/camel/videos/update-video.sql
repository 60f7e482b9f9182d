-- With If-Match, only what the client has seen is changed: two who change it at once do not undo each other.
UPDATE videos
SET title = coalesce(:?changes.title, title),
    reference = CASE WHEN :?changes.names_reference THEN :?changes.reference ELSE reference END,
    metadata = CASE WHEN :?changes.names_metadata THEN CAST(:?changes.metadata AS jsonb) ELSE metadata END,
    original_name = CASE WHEN :?changes.names_file THEN :?changes.file_name ELSE original_name END,
    updated_at = now()
WHERE id = CAST(:?video_id AS uuid)
  AND owner_id = CAST(:?caller.id AS uuid)
  AND status NOT IN ('receiving', 'deleting')
  AND (NOT :?changes.conditional
       OR (title = :?row.title
           AND original_name IS NOT DISTINCT FROM :?row.original_name
           AND reference IS NOT DISTINCT FROM :?row.reference))
  -- It was merged with what the row had.
  AND (NOT (:?changes.conditional OR :?changes.names_metadata)
       OR metadata IS NOT DISTINCT FROM CAST(:?row.metadata AS jsonb))
RETURNING id, status
