-- With all its attempts, and the same id for its receiver. One that is being sent right now is left alone.
UPDATE webhook_deliveries delivery
SET delivery_state = 'waiting',
    attempts = 0,
    due_at = now(),
    first_attempt_at = NULL,
    ended_at = NULL,
    late = false
FROM webhooks webhook
WHERE webhook.id = delivery.webhook_id
  AND webhook.owner_id = CAST(:?caller.id AS uuid)
  AND webhook.id::text = lower(:?webhook_id)
  AND delivery.id::text = lower(:?delivery_id)
  AND (delivery.claim_token IS NULL OR delivery.due_at < now())
RETURNING delivery.id::text AS delivery_id
