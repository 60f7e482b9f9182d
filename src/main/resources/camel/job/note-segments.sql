-- Lists segments that are stored, and makes the video playable once each rendition has its first one. A video that has a result with renditions
-- continues to be played by that until the new one exists.
WITH owned AS (
    SELECT id
    FROM videos
    WHERE id = CAST(:?video_id AS uuid)
      AND claim_token = CAST(:?claim_token AS uuid)
      AND status = 'processing'
    FOR NO KEY UPDATE
), listed AS (
    INSERT INTO segments (video_id, claim_token, rendition, number, seconds, bytes, key_bytes)
    SELECT owned.id, CAST(:?claim_token AS uuid), stored.rendition, stored.number, stored.seconds, stored.bytes,
           stored.key_bytes
    FROM owned
    CROSS JOIN jsonb_to_recordset(CAST(:?growing AS jsonb) -> 'cut') AS stored (
        rendition text, number integer, seconds double precision, bytes bigint, key_bytes bigint)
    ON CONFLICT DO NOTHING
), played AS (
    UPDATE videos
    SET playable_stream = made.stream_id,
        playable_at = coalesce(playable_at, now()),
        updated_at = now()
    FROM (
        SELECT video_id, stream_id
        FROM renditions
        WHERE video_id = CAST(:?video_id AS uuid)
          AND claim_token = CAST(:?claim_token AS uuid)
        LIMIT 1
    ) AS made
    WHERE videos.id = made.video_id
      AND videos.id IN (SELECT id FROM owned)
      AND CAST(CAST(:?growing AS jsonb) ->> 'playable' AS boolean)
      AND playable_stream IS DISTINCT FROM made.stream_id
      AND NOT EXISTS (
          SELECT
          FROM outputs clip
          JOIN outputs stream ON stream.video_id = clip.video_id AND stream.claim_token = clip.claim_token
          WHERE clip.video_id = videos.id AND clip.object_key = processed_key AND right(stream.object_key, 1) = '/'
      )
)
SELECT id::text AS video_id FROM owned
