-- Notes the renditions that a claim is making, before any of their segments is stored: so the reconciler knows that there may be some.
-- Renditions of an earlier claim of the same job that begin with the same bytes continue in these.
WITH owned AS (
    SELECT id, playable_stream
    FROM videos
    WHERE id = CAST(:?video_id AS uuid)
      AND claim_token = CAST(:?claim_token AS uuid)
      AND status = 'processing'
    FOR NO KEY UPDATE
), made AS (
    SELECT *
    FROM jsonb_to_recordset(CAST(:?growing AS jsonb) -> 'announced') AS made (
        name text, codecs text, width integer, height integer, frame_rate double precision, peak_bit_rate bigint,
        key_bit_rate bigint, initialisation text, target_seconds double precision)
), earlier AS (
    SELECT coalesce(stream_id, claim_token) AS stream_id
    FROM renditions
    JOIN owned ON owned.id = renditions.video_id
    WHERE claim_token <> CAST(:?claim_token AS uuid)
      AND NOT EXISTS (
          SELECT
          FROM outputs output
          WHERE output.video_id = renditions.video_id AND output.claim_token = renditions.claim_token
      )
    GROUP BY claim_token, coalesce(stream_id, claim_token), playable_stream
    HAVING array_agg(name || ' ' || initialisation ORDER BY name)
         = (SELECT array_agg(name || ' ' || initialisation ORDER BY name) FROM made)
    ORDER BY coalesce(stream_id, claim_token) IS NOT DISTINCT FROM playable_stream DESC
    LIMIT 1
), noted AS (
    INSERT INTO renditions (video_id, claim_token, name, codecs, width, height, frame_rate, peak_bit_rate,
                            average_bit_rate, key_bit_rate, stream_id, folder, initialisation, target_seconds)
    SELECT owned.id, CAST(:?claim_token AS uuid), made.name, made.codecs, made.width, made.height, made.frame_rate,
           -- The mean is not known yet.
           made.peak_bit_rate, 0, made.key_bit_rate, coalesce((SELECT stream_id FROM earlier), CAST(:?claim_token AS uuid)),
           CAST(:?growing AS jsonb) ->> 'folder', made.initialisation, made.target_seconds
    FROM owned
    CROSS JOIN made
    ON CONFLICT DO NOTHING
)
SELECT id::text AS video_id FROM owned
