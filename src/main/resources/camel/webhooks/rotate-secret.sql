-- Calls are signed by both for a day, so that receivers change over without losing one.
UPDATE webhooks
SET previous_secret = secret,
    previous_until = now() + interval '1 day',
    secret = :?webhook.secret,
    updated_at = now()
WHERE owner_id = CAST(:?caller.id AS uuid)
  AND id::text = lower(:?webhook_id)
RETURNING id
