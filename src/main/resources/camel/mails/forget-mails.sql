-- :?kept_seconds = {{caravana.retention.mails}} as seconds
WITH expired AS (
    DELETE FROM mail_links WHERE expires_at < now()
)
DELETE FROM mails WHERE created_at < now() - make_interval(secs => :?kept_seconds)
