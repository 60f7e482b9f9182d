-- What came of a try; nothing when somebody else has taken the delivery over, since this one took too long.
WITH delivery AS (
    UPDATE webhook_deliveries
    SET delivery_state = :?attempt.delivery_state,
        attempts = attempts + 1,
        due_at = now() + make_interval(secs => :?attempt.delay),
        first_attempt_at = coalesce(first_attempt_at, now()),
        late = late
            -- At the first try there is none.
            OR coalesce(first_attempt_at < now() - interval '30 minutes', false)
            AND EXISTS (
                SELECT
                FROM webhook_deliveries following
                WHERE following.webhook_id = webhook_deliveries.webhook_id
                  AND following.subject = webhook_deliveries.subject
                  AND following.number > webhook_deliveries.number
                  AND following.attempts > 0),
        claim_token = NULL,
        ended_at = CASE WHEN :?attempt.delivery_state <> 'waiting' THEN now() END
    WHERE id = CAST(:?delivery.delivery_id AS uuid)
      AND claim_token = CAST(:?claim_token AS uuid)
    RETURNING id, owner_id, webhook_id, subject, number, delivery_state
), logged AS (
    INSERT INTO webhook_attempts (delivery_id, status, error, milliseconds, answer)
    SELECT id, CAST(:?attempt.status AS integer), CAST(:?attempt.error AS text), :?attempt.milliseconds, CAST(:?attempt.answer AS text)
    FROM delivery
), released AS (
    UPDATE webhook_deliveries following
    SET due_at = now()
    FROM delivery
    WHERE delivery.delivery_state <> 'waiting'
      AND following.webhook_id = delivery.webhook_id
      AND following.subject = delivery.subject
      AND following.number > delivery.number
      AND following.delivery_state = 'waiting'
      AND following.claim_token IS NULL
      AND following.attempts = 0
      AND following.due_at > now()
), endpoint AS (
    UPDATE webhooks
    SET failing_since = CASE WHEN NOT :?attempt.success THEN coalesce(failing_since, now()) END,
        enabled = :?attempt.success OR NOT (:?attempt.gone OR coalesce(failing_since < now() - interval '3 days', false)),
        disabled_reason = CASE
            WHEN :?attempt.success THEN NULL
            WHEN :?attempt.gone THEN 'gone'
            WHEN failing_since < now() - interval '3 days' THEN 'failing'
        END
    FROM delivery
    WHERE webhooks.id = delivery.webhook_id
      AND webhooks.enabled
      AND (:?attempt.success = (failing_since IS NOT NULL)
           OR :?attempt.gone
           OR failing_since < now() - interval '3 days')
    RETURNING webhooks.id, webhooks.owner_id, webhooks.enabled, webhooks.disabled_reason
), told AS (
    INSERT INTO events (owner_id, subject, number, type, content)
    SELECT owner_id, id, 1, 'webhook.disabled', jsonb_build_object('webhook_id', id, 'reason', disabled_reason)
    FROM endpoint
    WHERE NOT enabled
    RETURNING id, owner_id, subject, number
)
-- Other webhooks of the account may tell of it.
INSERT INTO webhook_deliveries (webhook_id, owner_id, event, subject, number)
SELECT webhook.id, webhook.owner_id, told.id, told.subject, told.number
FROM told
JOIN webhooks webhook ON webhook.owner_id = told.owner_id
WHERE webhook.enabled
  AND webhook.id <> told.subject
  AND (webhook.types = '{}' OR 'webhook.disabled' = ANY (webhook.types))
