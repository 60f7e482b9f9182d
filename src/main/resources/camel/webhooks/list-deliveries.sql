-- The newest first; as JSON, with their tries.
SELECT delivery.id::text AS id,
       event.event_id::text AS event_id,
       event.type,
       event.subject::text AS subject,
       delivery.delivery_state AS state,
       delivery.late,
       delivery.attempts,
       CASE WHEN delivery.delivery_state = 'waiting' THEN iso(delivery.due_at) END AS next_attempt_at,
       iso(delivery.created_at) AS created_at,
       iso(delivery.ended_at) AS ended_at,
       delivery.event AS place,
       (SELECT coalesce(json_agg(json_build_object(
                   'at', iso(attempt.at),
                   'status', attempt.status,
                   'error', attempt.error,
                   'milliseconds', attempt.milliseconds,
                   'answer', attempt.answer) ORDER BY attempt.at), '[]')::text
        FROM (SELECT *
              FROM webhook_attempts
              WHERE delivery_id = delivery.id
              ORDER BY webhook_attempts.at DESC
              LIMIT 20) AS attempt) AS tries
FROM webhook_deliveries delivery
JOIN webhooks webhook ON webhook.id = delivery.webhook_id
JOIN events event ON event.id = delivery.event
WHERE webhook.owner_id = CAST(:?caller.id AS uuid)
  AND webhook.id::text = lower(:?webhook_id)
  AND delivery.event < CAST(:?page.before AS bigint)
  AND (CAST(:?page.state AS text) IS NULL OR delivery.delivery_state = :?page.state)
ORDER BY delivery.event DESC
LIMIT :?page.rows
