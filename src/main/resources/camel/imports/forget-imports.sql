-- In steps, so that no transaction is long.
-- :?kept_seconds = {{caravana.retention.imports}} as seconds
DELETE FROM imports
WHERE video_id IN (
    SELECT video_id
    FROM imports
    WHERE import_state <> 'waiting'
      AND ended_at < now() - make_interval(secs => :?kept_seconds)
    ORDER BY ended_at
    LIMIT 5000
)
