-- Days are those of UTC. By transformation, a file counts for each that its job had. Nobody reads more than 10,000 rows; one more shows that
-- there are.
-- :?usage.owner_id = null
SELECT part.key,
       role,
       media_type,
       codec,
       width,
       height,
       count(*) AS files,
       coalesce(sum(seconds), 0) AS seconds,
       CAST(sum(bytes) AS bigint) AS bytes
FROM (
    -- In two, so that an account's are found by their index.
    SELECT *
    FROM usage_records
    WHERE owner_id = CAST(:?usage.owner_id AS uuid)
    UNION ALL
    SELECT *
    FROM usage_records
    WHERE CAST(:?usage.owner_id AS uuid) IS NULL
) made
CROSS JOIN LATERAL (
    SELECT to_char(occurred_at AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS key
    WHERE :?usage.group = 'day'
    UNION ALL
    SELECT owner_id::text
    WHERE :?usage.group = 'account'
    UNION ALL
    SELECT jsonb_array_elements_text(transformations)
    WHERE :?usage.group = 'transformation'
) part
WHERE occurred_at >= CAST(:?usage.from AS timestamptz)
  AND occurred_at < CAST(:?usage.to AS timestamptz)
GROUP BY part.key, role, media_type, codec, width, height
ORDER BY part.key, role, media_type, codec, width, height
LIMIT 10001
