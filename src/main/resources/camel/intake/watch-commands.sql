-- Whether all workers are paused, and which of these claims' videos were cancelled or deleted.
SELECT paused,
       (SELECT coalesce(string_agg(claim_token::text, ','), '')
        FROM videos
        WHERE status IN ('cancelled', 'deleting')
          AND claim_token = ANY(CAST(:?claim_tokens AS uuid[]))) AS cancelled
FROM intake
