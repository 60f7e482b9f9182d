-- Asked again, because the answer was lost on its way, it answers the same: the row then names this claim's own key.
-- :?poster_key = null
-- :?original_sha256 = null
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
        facts = CAST(:?source_info AS jsonb),
        media_info = CAST(:?media_info AS jsonb),
        warnings = CAST(:?warnings AS jsonb),
        phase_ms = CAST(:?job.phaseMillis AS json),
        playable_at = CASE
            WHEN EXISTS (SELECT FROM jsonb_to_recordset(CAST(:?outputs AS jsonb)) AS made (object text) WHERE right(made.object, 1) = '/')
                THEN coalesce(playable_at, now())
        END,
        playable_stream = NULL,
        claim_token = NULL,
        lease_until = NULL,
        processed_at = now(),
        updated_at = now()
    WHERE id = CAST(:?video_id AS uuid)
      AND claim_token = CAST(:?claim_token AS uuid)
      AND status = 'processing'
    RETURNING id, status, worker
), replaced AS (
    -- those of an earlier job
    DELETE FROM outputs WHERE video_id IN (SELECT id FROM committed)
), named AS (
    INSERT INTO outputs (video_id, claim_token, name, role, media_type, object_key, bytes, sha256, width, height,
                         seconds, bit_rate, language, checked)
    SELECT committed.id, CAST(:?claim_token AS uuid), made.name, made.role, made.media_type,
           CAST(:?results_folder AS text) || coalesce(made.object, made.name), made.bytes, made.sha256, made.width, made.height,
           made.seconds, made.bit_rate, made.language, made.checked
    FROM committed
    CROSS JOIN jsonb_to_recordset(CAST(:?outputs AS jsonb)) AS made (
        name text, role text, media_type text, object text, bytes bigint, sha256 text, width integer, height integer,
        seconds double precision, bit_rate bigint, language text, checked text)
), noted AS (
    INSERT INTO receipts (claim_token, video_id, outcome, worker, measured, written)
    SELECT CAST(:?claim_token AS uuid), id, 'processed', worker, CAST(:?job.receipt AS jsonb),
           (SELECT coalesce(sum(made.bytes), 0) FROM jsonb_to_recordset(CAST(:?outputs AS jsonb)) AS made (bytes bigint))
    FROM committed
)
SELECT id, status
FROM committed
UNION ALL
SELECT id, status
FROM videos
WHERE id = CAST(:?video_id AS uuid)
  AND status = 'processed'
  AND processed_key = :?processed_key
