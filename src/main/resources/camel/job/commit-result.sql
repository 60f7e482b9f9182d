-- Asked again, because the answer was lost on its way, it answers the same: the row then names this claim's own key.
-- :?poster_key = null
WITH committed AS (
    UPDATE videos
    SET status = 'processed',
        processed_key = :?processed_key,
        poster_key = :?poster_key,
        original_sha256 = :?original_sha256,
        error_code = NULL,
        error_detail = NULL,
        last_code = NULL,
        error_values = NULL,
        facts = CAST(:?facts AS jsonb),
        media_info = CAST(:?media_info AS jsonb),
        warnings = CAST(:?warnings AS jsonb),
        phase_ms = CAST(:?job.phaseMillis AS json),
        claim_token = NULL,
        lease_until = NULL,
        processed_at = now(),
        updated_at = now()
    WHERE id = CAST(:?video_id AS uuid)
      AND claim_token = CAST(:?claim_token AS uuid)
      AND status = 'processing'
    RETURNING id, status
)
SELECT id, status
FROM committed
UNION ALL
SELECT id, status
FROM videos
WHERE id = CAST(:?video_id AS uuid)
  AND status = 'processed'
  AND processed_key = :?processed_key
