-- :?kept_seconds = {{caravana.retention.imports}} as seconds
DELETE FROM imports
WHERE import_state <> 'waiting'
  AND ended_at < now() - make_interval(secs => :?kept_seconds)
