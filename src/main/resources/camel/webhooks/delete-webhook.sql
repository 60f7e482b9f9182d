-- Its deliveries are swept later: who sends one has it, and takes the webhook's row after it.
DELETE FROM webhooks
WHERE owner_id = CAST(:?caller.id AS uuid)
  AND id::text = lower(:?webhook_id)
RETURNING id
