-- :?segment_number = 1 as integer
SELECT stream.object_key || segment.rendition || '/' || segment.number || '.mp4' AS object_key,
       CASE WHEN rendition.height IS NULL THEN 'audio/mp4' ELSE 'video/mp4' END AS media_type
FROM videos video
JOIN outputs clip ON clip.video_id = video.id AND clip.object_key = video.processed_key
JOIN outputs stream ON stream.video_id = video.id AND stream.claim_token = clip.claim_token AND right(stream.object_key, 1) = '/'
JOIN renditions rendition ON rendition.video_id = video.id AND rendition.claim_token = stream.claim_token
JOIN segments segment ON segment.video_id = video.id AND segment.claim_token = stream.claim_token
                     AND segment.rendition = rendition.name
WHERE video.id = CAST(:?video_id AS uuid)
  AND video.status NOT IN ('receiving', 'deleting')
  AND NOT EXISTS (SELECT 1 FROM accounts WHERE accounts.id = video.owner_id AND blocked_at IS NOT NULL)
  AND stream.claim_token::text = :?stream_id
  AND segment.rendition = :?rendition
  AND segment.number = :?segment_number
