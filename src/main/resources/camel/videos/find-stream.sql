-- The renditions of the result that the row names. Nothing for a video that is not there, or has none.
SELECT clip.claim_token::text AS claim_token,
       (
           SELECT json_agg(json_build_object('name', name, 'codecs', codecs, 'width', width, 'height', height,
                                             'frame_rate', frame_rate, 'peak_bit_rate', peak_bit_rate,
                                             'average_bit_rate', average_bit_rate)
                           ORDER BY height)::text
           FROM renditions rendition
           WHERE rendition.video_id = clip.video_id AND rendition.claim_token = clip.claim_token
       ) AS renditions
FROM videos video
JOIN outputs clip ON clip.video_id = video.id AND clip.object_key = video.processed_key
WHERE video.id = CAST(:?video_id AS uuid)
  AND video.status NOT IN ('receiving', 'deleting')
  AND NOT EXISTS (SELECT 1 FROM accounts WHERE accounts.id = video.owner_id AND blocked_at IS NOT NULL)
  AND EXISTS (
      SELECT 1
      FROM renditions made
      WHERE made.video_id = clip.video_id AND made.claim_token = clip.claim_token
  )
