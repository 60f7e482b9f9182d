-- How many videos all pages of list-videos.sql have together.
SELECT count(*) AS total
FROM videos
WHERE owner_id = CAST(:?caller.id AS uuid)
  AND uploaded_at IS NOT NULL
  AND status NOT IN ('receiving', 'deleting')
  AND (CAST(:?page.status AS text) IS NULL OR status = :?page.status)
  AND (CAST(:?page.uploaded_after AS timestamptz) IS NULL OR uploaded_at >= CAST(:?page.uploaded_after AS timestamptz))
  AND (CAST(:?page.reference AS text) IS NULL OR reference = :?page.reference)
  -- A value is compared as the text that it has in JSON, without the quotes of a text.
  AND (CAST(:?page.metadata AS json) IS NULL
       OR NOT EXISTS (SELECT
                      FROM json_each_text(CAST(:?page.metadata AS json)) AS wanted
                      WHERE metadata ->> wanted.key IS DISTINCT FROM wanted.value))
  AND (CAST(:?page.q AS text) IS NULL
       OR strpos(folded(title), folded(:?page.q)) > 0
       OR strpos(folded(original_name), folded(:?page.q)) > 0)
