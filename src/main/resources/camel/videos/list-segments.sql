-- The lengths of a rendition's segments, from that of what initialises a decoder on, as a JSON array. Nothing when the result that the
-- row names has no such rendition, or is another one by now.
SELECT json_agg(segment.seconds ORDER BY segment.number)::text AS seconds
FROM videos video
JOIN outputs clip ON clip.video_id = video.id AND clip.object_key = video.processed_key
JOIN segments segment ON segment.video_id = video.id AND segment.claim_token = clip.claim_token
WHERE video.id = CAST(:?video_id AS uuid)
  AND video.status NOT IN ('receiving', 'deleting')
  AND NOT EXISTS (SELECT 1 FROM accounts WHERE accounts.id = video.owner_id AND blocked_at IS NOT NULL)
  AND clip.claim_token::text = :?stream_id
  AND segment.rendition = :?rendition
GROUP BY segment.rendition
