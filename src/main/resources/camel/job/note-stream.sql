-- Repeated, because the answer was lost on its way, it changes nothing. What was announced while the renditions were made gets its figures, and
-- what of that was not made goes.
WITH owned AS (
    SELECT id
    FROM videos
    WHERE id = CAST(:?video_id AS uuid)
      AND claim_token = CAST(:?claim_token AS uuid)
      AND status = 'processing'
    FOR NO KEY UPDATE
), stream AS (
    SELECT owned.id, made.*
    FROM owned
    CROSS JOIN jsonb_to_recordset(CAST(:?outputs.stream AS jsonb) -> 'renditions') AS made (
        name text, codecs text, width integer, height integer, frame_rate double precision, peak_bit_rate bigint,
        average_bit_rate bigint, key_bit_rate bigint, target_seconds double precision, segments jsonb)
), noted AS (
    INSERT INTO renditions (video_id, claim_token, name, codecs, width, height, frame_rate, peak_bit_rate,
                            average_bit_rate, key_bit_rate, target_seconds)
    SELECT id, CAST(:?claim_token AS uuid), name, codecs, width, height, frame_rate, peak_bit_rate, average_bit_rate,
           key_bit_rate, target_seconds
    FROM stream
    ON CONFLICT (video_id, claim_token, name) DO UPDATE
    SET peak_bit_rate = excluded.peak_bit_rate,
        average_bit_rate = excluded.average_bit_rate,
        key_bit_rate = excluded.key_bit_rate
), unmade AS (
    DELETE FROM renditions
    WHERE video_id IN (SELECT id FROM owned)
      AND claim_token = CAST(:?claim_token AS uuid)
      AND name NOT IN (SELECT name FROM stream)
), cut AS (
    INSERT INTO segments (video_id, claim_token, rendition, number, seconds, bytes, key_bytes)
    SELECT stream.id, CAST(:?claim_token AS uuid), stream.name, segment.number, segment.seconds, segment.bytes,
           segment.key_bytes
    FROM stream
    CROSS JOIN jsonb_to_recordset(stream.segments) AS segment (
        number integer, seconds double precision, bytes bigint, key_bytes bigint)
    ON CONFLICT DO NOTHING
)
SELECT id::text AS video_id FROM owned
