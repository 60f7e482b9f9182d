-- :?segment_number = 1 as integer
(SELECT rendition.folder || rendition.name || '/' || segment.number || '.mp4' AS object_key,
       CASE WHEN rendition.height IS NULL THEN 'audio/mp4' ELSE 'video/mp4' END AS media_type
FROM played_renditions(CAST(:?video_id AS uuid)) AS rendition
JOIN segments segment ON segment.video_id = rendition.video_id AND segment.claim_token = rendition.claim_token
                     AND segment.rendition = rendition.name
WHERE rendition.stream_id::text = :?stream_id
  AND rendition.name = :?rendition
  AND segment.number = :?segment_number
ORDER BY rendition.claim_token
LIMIT 1)
UNION ALL
SELECT object_key, 'text/vtt'
FROM played_captions(CAST(:?video_id AS uuid))
WHERE stream_id::text = :?stream_id
  AND name = :?rendition
  AND :?segment_number = 1
