-- In steps, so that no transaction is long. Ids follow the time closely enough, and need no other index.
-- :?kept_seconds = {{caravana.retention.events}} as seconds
DELETE FROM events
WHERE id IN (
    SELECT id
    FROM (SELECT id, occurred_at FROM events ORDER BY id LIMIT 5000) AS oldest
    WHERE occurred_at < now() - make_interval(secs => :?kept_seconds)
)
