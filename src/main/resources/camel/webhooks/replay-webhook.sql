-- Also what happened before there was the webhook, or while it was disabled.
WITH own AS (
    SELECT id, owner_id, types
    FROM webhooks
    WHERE owner_id = CAST(:?caller.id AS uuid)
      AND id::text = lower(:?webhook_id)
), again AS (
    INSERT INTO webhook_deliveries AS delivery (webhook_id, owner_id, event, subject, number)
    SELECT own.id, own.owner_id, event.id, event.subject, event.number
    FROM own
    JOIN events event ON event.owner_id = own.owner_id
    WHERE event.occurred_at >= CAST(:?since AS timestamptz)
      AND (own.types = '{}' OR event.type = ANY (own.types))
      AND event.type NOT LIKE 'webhook.%'
    ON CONFLICT (webhook_id, event) DO UPDATE
        SET delivery_state = 'waiting',
            attempts = 0,
            due_at = now(),
            first_attempt_at = NULL,
            ended_at = NULL,
            late = false
        WHERE delivery.claim_token IS NULL OR delivery.due_at < now()
    RETURNING 1
)
SELECT count(*) AS replayed
FROM again
HAVING EXISTS (SELECT FROM own)
