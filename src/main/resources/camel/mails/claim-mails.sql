-- Takes mails that are due. One whose node is gone is taken over when its lease ends.
-- :?lease_seconds = {{caravana.mail.lease}} as seconds
WITH due AS (
    SELECT id
    FROM mails
    WHERE due_at <= now()
    ORDER BY due_at
    LIMIT 8
    FOR UPDATE SKIP LOCKED
)
UPDATE mails
SET claim_token = CAST(:?claim_token AS uuid),
    due_at = now() + make_interval(secs => :?lease_seconds),
    attempts = attempts + 1
FROM due
WHERE mails.id = due.id
RETURNING mails.id::text AS mail_id, mails.mail_kind, mails.attempts
