-- The lengths of a rendition's segments, from that of what initialises a decoder on, as a JSON array: while the job runs, those that are
-- stored, by whichever of its claims; and what of each is its first frame. Nothing when the video has no such rendition, or another one by now.
SELECT ended,
       max(target_seconds) AS target_seconds,
       json_agg(seconds ORDER BY number)::text AS seconds,
       json_agg(key_bytes ORDER BY number)::text AS key_bytes,
       false AS captions
FROM (
    SELECT DISTINCT ON (segment.number) rendition.ended, rendition.target_seconds, segment.number, segment.seconds,
           -- Where that is not known, the whole segment, which begins with it.
           coalesce(segment.key_bytes, segment.bytes) AS key_bytes
    FROM played_renditions(CAST(:?video_id AS uuid)) AS rendition
    JOIN segments segment ON segment.video_id = rendition.video_id AND segment.claim_token = rendition.claim_token
                         AND segment.rendition = rendition.name
    WHERE rendition.stream_id::text = :?stream_id
      AND (rendition.name = :?rendition OR rendition.height IS NOT NULL AND 'iframes' || rendition.name = :?rendition)
    ORDER BY segment.number, segment.claim_token
) AS listed
GROUP BY ended
UNION ALL
-- Captions need nothing that initialises a decoder.
SELECT true, NULL, json_build_array(0, seconds)::text, NULL, true
FROM played_captions(CAST(:?video_id AS uuid))
WHERE stream_id::text = :?stream_id
  AND name = :?rendition
