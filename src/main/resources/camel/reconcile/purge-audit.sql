-- In steps, so that no transaction is long.
-- :?audit_seconds = {{caravana.retention.audit}} as seconds
DELETE FROM audit
WHERE id IN (
    SELECT id
    FROM audit
    WHERE :?audit_seconds > 0
      AND at < now() - make_interval(secs => :?audit_seconds)
    ORDER BY id
    LIMIT 5000
)
