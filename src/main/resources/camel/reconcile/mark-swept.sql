WITH marked AS (
    UPDATE videos
    SET outputs_swept_at = now()
    WHERE id = CAST(:?video_id AS uuid)
      AND claims = :?claims
    RETURNING id
)
-- What no output names: those of lost claims, and of earlier results.
DELETE FROM renditions
WHERE video_id IN (SELECT id FROM marked)
  AND NOT EXISTS (
      SELECT 1
      FROM outputs output
      WHERE output.video_id = renditions.video_id AND output.claim_token = renditions.claim_token
  )
