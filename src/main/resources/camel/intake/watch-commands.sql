-- Whether all workers are paused, which of these claims' videos were cancelled or deleted, and of which helpers' parts there is no job any
-- more.
SELECT paused,
       (SELECT coalesce(string_agg(claim_token, ','), '')
        FROM (SELECT claim_token::text
              FROM videos
              WHERE status IN ('cancelled', 'deleting')
                AND claim_token = ANY(CAST(:?claim_tokens AS uuid[]))
              UNION ALL
              SELECT helper.claim_token
              FROM unnest(CAST(:?helper_tokens AS text[])) AS helper (claim_token)
              WHERE NOT EXISTS (
                  SELECT 1
                  FROM parts
                  WHERE parts.claim_token = CAST(helper.claim_token AS uuid)
              )) AS stopped) AS cancelled
FROM intake
