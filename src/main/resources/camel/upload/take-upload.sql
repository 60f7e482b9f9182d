-- Gives an upload to the request that continues with it, and to no other from here on; or returns why not.
-- :?bytes = null
WITH taken AS (
    UPDATE uploads
    SET token = CAST(:?token AS uuid),
        bytes = coalesce(bytes, CAST(:?bytes AS bigint))
    WHERE video_id = CAST(:?video_id AS uuid)
      AND owner_id = CAST(:?caller.id AS uuid)
      AND ended IS NULL
      AND direct IS NULL
      AND expires_at > now()
      AND received_bytes = :?offset
      AND (bytes IS NULL AND received_bytes <= CAST(:?bytes AS bigint)
           OR CAST(:?bytes AS bigint) IS NULL
           OR bytes = CAST(:?bytes AS bigint))
    RETURNING *
)
SELECT 'taken' AS outcome,
       video_id::text AS video_id,
       owner_id::text AS owner_id,
       original_key,
       bytes,
       received_bytes,
       part,
       tail_key,
       tail_bytes,
       ended,
       direct,
       (SELECT traceparent FROM videos WHERE id = taken.video_id) AS traceparent,
       false AS expired
FROM taken
UNION ALL
SELECT CASE
           WHEN direct IS NOT NULL THEN 'direct'
           WHEN ended = 'accepted' AND received_bytes = :?offset THEN 'complete'
           WHEN ended IS NULL AND expires_at > now() AND received_bytes = :?offset THEN 'length'
           ELSE 'offset'
       END,
       video_id::text,
       owner_id::text,
       original_key,
       bytes,
       received_bytes,
       part,
       tail_key,
       tail_bytes,
       ended,
       direct,
       NULL,
       expires_at <= now()
FROM uploads
WHERE video_id = CAST(:?video_id AS uuid)
  AND NOT EXISTS (SELECT 1 FROM taken)
