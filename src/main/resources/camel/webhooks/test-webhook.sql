-- An event of its own, for this webhook alone, whatever types it has.
WITH written AS (
    INSERT INTO events (owner_id, subject, number, type, content)
    SELECT owner_id, id, 1, 'webhook.test', jsonb_build_object('webhook_id', id)
    FROM webhooks
    WHERE owner_id = CAST(:?caller.id AS uuid)
      AND id::text = lower(:?webhook_id)
      AND enabled
    RETURNING id, owner_id, subject, number
)
INSERT INTO webhook_deliveries (webhook_id, owner_id, event, subject, number)
SELECT subject, owner_id, id, subject, number
FROM written
RETURNING id::text AS delivery_id
