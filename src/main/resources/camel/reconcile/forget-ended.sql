-- For a day after its end, a client can read how its upload ended.
DELETE FROM uploads
WHERE ended IS NOT NULL
  AND expires_at < now() - interval '1 day'
  AND sweep_again_at IS NULL
