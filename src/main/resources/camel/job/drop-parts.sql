-- A worker that encodes one of them finds no row of it any more, and stops.
DELETE FROM parts
USING videos video
WHERE video.id = CAST(:?video_id AS uuid)
  AND video.claim_token = CAST(:?claim_token AS uuid)
  AND parts.video_id = video.id
