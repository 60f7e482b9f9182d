-- Those of which nothing is left that another sweep removes. Another node may do the same meanwhile: removing twice does no harm.
SELECT id::text AS erasure_id,
       account_id::text AS account_id
FROM erasures
WHERE finished_at IS NULL
  AND not_before < now()
  AND NOT EXISTS (SELECT 1 FROM videos WHERE owner_id = account_id)
  AND NOT EXISTS (SELECT 1 FROM assets WHERE owner_id = account_id)
  AND NOT EXISTS (SELECT 1 FROM exports WHERE owner_id = account_id)
  AND NOT EXISTS (SELECT 1
                  FROM uploads
                  WHERE owner_id = account_id
                    AND (sweep_again_at IS NOT NULL OR finishing_until > now()))
ORDER BY requested_at
LIMIT 10
