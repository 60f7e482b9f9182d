-- The renditions that a player chooses from. Nothing for a video that is not there, or cannot be played.
SELECT stream_id::text AS stream_id,
       ended,
       json_agg(json_build_object('name', name, 'codecs', codecs, 'width', width, 'height', height,
                                  'frame_rate', frame_rate, 'peak_bit_rate', peak_bit_rate,
                                  'average_bit_rate', average_bit_rate,
                                  'key_bit_rate', (
                                      SELECT made.key_bit_rate
                                      FROM renditions made
                                      WHERE made.video_id = rendition.video_id
                                        AND made.claim_token = rendition.claim_token
                                        AND made.name = rendition.name
                                  ))
                ORDER BY height)::text AS renditions,
       (
           SELECT json_agg(json_build_object('name', name, 'language', language) ORDER BY name)::text
           FROM played_captions(CAST(:?video_id AS uuid))
       ) AS captions
FROM (
    -- Claims that make the same renditions have a row each.
    SELECT DISTINCT ON (name) *
    FROM played_renditions(CAST(:?video_id AS uuid))
    WHERE current
    ORDER BY name, claim_token
) AS rendition
GROUP BY stream_id, ended
