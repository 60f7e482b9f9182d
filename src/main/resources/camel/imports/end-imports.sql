-- Ends imports whose video has expired, and those whose node stopped during the last try.
-- :?most_attempts = 5 as integer
UPDATE imports
SET import_state = 'failed',
    headers = NULL,
    claim_token = NULL,
    error_code = CASE WHEN attempts >= :?most_attempts THEN 'interrupted' ELSE 'upload_expired' END,
    error_detail = CASE WHEN attempts >= :?most_attempts
                        THEN 'The server was interrupted at each attempt. Import the video again.'
                        ELSE 'The import did not begin in time. Import the video again.' END,
    ended_at = now()
WHERE video_id IN (
    SELECT video_id
    FROM imports import
    WHERE import_state = 'waiting'
      AND due_at < now()
      AND (attempts >= :?most_attempts
           OR NOT EXISTS (SELECT FROM videos video WHERE video.id = import.video_id AND video.status = 'receiving'))
    FOR UPDATE SKIP LOCKED
)
