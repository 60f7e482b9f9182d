-- The renditions of a result with the lengths of their segments. Nothing for a video that is not there, has none, or is not processed yet.
SELECT stream_id::text AS stream_id,
       true AS ended,
       json_agg(json_build_object('name', name, 'codecs', codecs, 'width', width, 'height', height,
                                  'frame_rate', frame_rate, 'peak_bit_rate', peak_bit_rate,
                                  'seconds', (
                                      SELECT json_agg(segment.seconds ORDER BY segment.number)
                                      FROM segments segment
                                      WHERE segment.video_id = rendition.video_id
                                        AND segment.claim_token = rendition.claim_token
                                        AND segment.rendition = rendition.name
                                  ))
                ORDER BY height)::text AS renditions,
       (
           SELECT json_agg(json_build_object('name', name, 'language', language) ORDER BY name)::text
           FROM played_captions(CAST(:?video_id AS uuid))
       ) AS captions
FROM played_renditions(CAST(:?video_id AS uuid)) AS rendition
WHERE ended
GROUP BY stream_id
