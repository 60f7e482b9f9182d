-- A page in one of four orders, each by an index of its own; the parts for the other three read nothing.
WITH own AS NOT MATERIALIZED (
    SELECT id, title, status, uploaded_at, updated_at, processed_at, playable_at, original_name, processed_key, reference, metadata,
           title_key(title) COLLATE "C" AS by_title
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
), page AS (
    (SELECT *, row_number() OVER (ORDER BY uploaded_at DESC, id DESC) AS place
     FROM own
     WHERE :?page.sort = '-uploaded_at'
       AND (CAST(:?page.cursor_at AS timestamptz) IS NULL
            OR (uploaded_at, id) < (CAST(:?page.cursor_at AS timestamptz), CAST(:?page.cursor_id AS uuid)))
     ORDER BY uploaded_at DESC, id DESC
     LIMIT :?page.rows)
    UNION ALL
    (SELECT *, row_number() OVER (ORDER BY uploaded_at, id) AS place
     FROM own
     WHERE :?page.sort = 'uploaded_at'
       AND (CAST(:?page.cursor_at AS timestamptz) IS NULL
            OR (uploaded_at, id) > (CAST(:?page.cursor_at AS timestamptz), CAST(:?page.cursor_id AS uuid)))
     ORDER BY uploaded_at, id
     LIMIT :?page.rows)
    UNION ALL
    (SELECT *, row_number() OVER (ORDER BY by_title, id) AS place
     FROM own
     WHERE :?page.sort = 'title'
       AND (CAST(:?page.cursor_title AS text) IS NULL
            OR (by_title, id) > (CAST(:?page.cursor_title AS text), CAST(:?page.cursor_id AS uuid)))
     ORDER BY by_title, id
     LIMIT :?page.rows)
    UNION ALL
    (SELECT *, row_number() OVER (ORDER BY by_title DESC, id DESC) AS place
     FROM own
     WHERE :?page.sort = '-title'
       AND (CAST(:?page.cursor_title AS text) IS NULL
            OR (by_title, id) < (CAST(:?page.cursor_title AS text), CAST(:?page.cursor_id AS uuid)))
     ORDER BY by_title DESC, id DESC
     LIMIT :?page.rows)
)
SELECT id::text AS video_id,
       title,
       status,
       iso(uploaded_at) AS uploaded_at,
       iso(updated_at) AS updated_at,
       iso(processed_at) AS processed_at,
       iso(playable_at) AS playable_at,
       original_name,
       reference,
       metadata::text AS metadata,
       processed_key,
       to_char(uploaded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS cursor_at,
       by_title AS cursor_title
FROM page
ORDER BY place
