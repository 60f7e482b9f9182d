-- How many videos all pages of list-videos.sql have together.
SELECT count(*) AS total
FROM videos
WHERE owner_id = CAST(:?caller.id AS uuid)
  AND uploaded_at IS NOT NULL
  AND status NOT IN ('receiving', 'deleting')
  AND (CAST(:?page.status AS text) IS NULL OR status = :?page.status)
  AND (CAST(:?page.uploaded_after AS timestamptz) IS NULL OR uploaded_at >= CAST(:?page.uploaded_after AS timestamptz))
  AND (CAST(:?page.q AS text) IS NULL
       OR strpos(folded(title), folded(:?page.q)) > 0
       OR strpos(folded(original_name), folded(:?page.q)) > 0)
