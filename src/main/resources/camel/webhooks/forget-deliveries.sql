-- Those whose event is forgotten as well, and those of webhooks that were deleted. In steps, so that no transaction is long.
-- :?kept_seconds = {{caravana.retention.deliveries}} as seconds
DELETE FROM webhook_deliveries
WHERE id IN (
    (SELECT id
     FROM webhook_deliveries
     WHERE created_at < now() - make_interval(secs => :?kept_seconds)
     ORDER BY created_at
     LIMIT 5000)
    UNION ALL
    (SELECT delivery.id
     FROM webhook_deliveries delivery
     LEFT JOIN webhooks webhook ON webhook.id = delivery.webhook_id
     WHERE delivery.delivery_state = 'waiting'
       AND webhook.id IS NULL
       AND delivery.due_at < now()
     LIMIT 5000)
)
