-- :?audit_seconds = {{caravana.retention.audit}} as seconds
DELETE FROM audit
WHERE :?audit_seconds > 0
  AND at < now() - make_interval(secs => :?audit_seconds)
