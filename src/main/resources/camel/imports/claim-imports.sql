-- Takes an import that is due; of an account only so many at once. One whose node is gone is taken over when its lease ends.
-- :?lease_seconds = {{caravana.imports.lease}} as seconds
-- :?at_once = {{caravana.imports.at-once-per-account}} as integer
-- :?most_attempts = 5 as integer
WITH due AS (
    SELECT import.video_id
    FROM imports import
    JOIN videos video ON video.id = import.video_id AND video.status = 'receiving'
    WHERE import.import_state = 'waiting'
      AND import.due_at <= now()
      AND import.attempts < :?most_attempts
      AND (SELECT count(*)
           FROM imports running
           WHERE running.owner_id = import.owner_id
             AND running.import_state = 'waiting'
             AND running.claim_token IS NOT NULL
             AND running.due_at > now()) < :?at_once
    ORDER BY import.due_at
    LIMIT 1
    FOR UPDATE OF import SKIP LOCKED
)
UPDATE imports
SET claim_token = CAST(:?claim_token AS uuid),
    due_at = now() + make_interval(secs => :?lease_seconds),
    attempts = attempts + 1
FROM due
WHERE imports.video_id = due.video_id
RETURNING imports.video_id::text AS video_id,
          original_key,
          url,
          headers,
          upload ->> 'announced_sha256' AS announced_sha256,
          attempts,
          claim_token::text AS claim_token
