-- Takes deliveries that are due, of each webhook a few, so that one that hangs holds up no other; of one that fails, one. The
-- events of one subject go one after the other: those behind one that waits are put off until that one is tried next. After half
-- an hour of failures it holds them up no longer.
-- :?lease_seconds = {{caravana.webhooks.lease}} as seconds
WITH RECURSIVE queued AS (
    -- Each webhook that has something to deliver is found by one step in the index, however much it has.
    (SELECT webhook_id
     FROM webhook_deliveries
     WHERE delivery_state = 'waiting'
     ORDER BY webhook_id
     LIMIT 1)
    UNION ALL
    SELECT (SELECT following.webhook_id
            FROM webhook_deliveries following
            WHERE following.delivery_state = 'waiting'
              AND following.webhook_id > queued.webhook_id
            ORDER BY following.webhook_id
            LIMIT 1)
    FROM queued
    WHERE queued.webhook_id IS NOT NULL
), running AS (
    SELECT webhook_id, count(*) AS number
    FROM webhook_deliveries
    WHERE claim_token IS NOT NULL
      AND delivery_state = 'waiting'
      AND due_at > now()
    GROUP BY webhook_id
), due AS (
    SELECT delivery.id,
           delivery.webhook_id,
           delivery.due_at,
           delivery.number,
           CASE WHEN webhook.failing_since IS NULL THEN 8 ELSE 1 END AS most,
           -- One that is being sent ends any moment, also between this snapshot and the update below: nobody would make it due then.
           (SELECT CASE
                       WHEN earlier.claim_token IS NOT NULL THEN now() + interval '1 second'
                       ELSE greatest(now() + interval '1 second',
                                     least(earlier.due_at, earlier.first_attempt_at + interval '30 minutes'))
                   END
            FROM webhook_deliveries earlier
            WHERE earlier.webhook_id = delivery.webhook_id
              AND earlier.subject = delivery.subject
              AND earlier.number < delivery.number
              AND earlier.delivery_state = 'waiting'
              AND (earlier.first_attempt_at IS NULL OR earlier.first_attempt_at > now() - interval '30 minutes')
            ORDER BY earlier.number DESC
            LIMIT 1) AS held_until
    FROM queued
    JOIN webhooks webhook ON webhook.id = queued.webhook_id AND webhook.enabled
    CROSS JOIN LATERAL (
        SELECT id, webhook_id, subject, number, due_at
        FROM webhook_deliveries
        WHERE webhook_id = webhook.id
          AND delivery_state = 'waiting'
          AND due_at <= now()
        ORDER BY due_at
        LIMIT 50
        FOR UPDATE SKIP LOCKED
    ) AS delivery
), chosen AS (
    SELECT id
    FROM (SELECT due.id,
                 due.due_at,
                 due.most,
                 row_number() OVER (PARTITION BY due.webhook_id ORDER BY due.due_at, due.number) + coalesce(running.number, 0) AS place
          FROM due
          LEFT JOIN running ON running.webhook_id = due.webhook_id
          WHERE due.held_until IS NULL) AS free
    WHERE place <= most
    ORDER BY due_at
    LIMIT 32
), taken AS (
    UPDATE webhook_deliveries delivery
    SET claim_token = CAST(:?claim_token AS uuid),
        due_at = now() + make_interval(secs => :?lease_seconds)
    FROM chosen
    WHERE delivery.id = chosen.id
    RETURNING delivery.id, delivery.webhook_id, delivery.event, delivery.attempts
), held AS (
    UPDATE webhook_deliveries delivery
    SET due_at = due.held_until
    FROM due
    WHERE delivery.id = due.id
      AND due.held_until IS NOT NULL
)
SELECT taken.id::text AS delivery_id,
       taken.attempts,
       webhook.url,
       webhook.secret,
       CASE WHEN webhook.previous_until > now() THEN webhook.previous_secret END AS previous_secret,
       event.event_id::text AS event_id,
       event.subject::text AS subject,
       event.number,
       event.type,
       iso(event.occurred_at) AS occurred_at,
       event.content::text AS content
FROM taken
JOIN webhooks webhook ON webhook.id = taken.webhook_id
JOIN events event ON event.id = taken.event
ORDER BY taken.event
