-- What came of a try: a mail that was sent or discarded leaves no row. Nothing happens when somebody else has taken it over.
WITH ended AS (
    DELETE FROM mails
    WHERE id = CAST(:?mail.mail_id AS uuid)
      AND claim_token = CAST(:?claim_token AS uuid)
      AND :?attempt.ended
)
UPDATE mails
SET due_at = now() + make_interval(secs => :?attempt.delay),
    claim_token = NULL
WHERE id = CAST(:?mail.mail_id AS uuid)
  AND claim_token = CAST(:?claim_token AS uuid)
  AND NOT :?attempt.ended
