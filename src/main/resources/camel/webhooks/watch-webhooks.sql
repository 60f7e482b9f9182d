-- The last time that each webhook was disabled, of accounts that watch all of their videos.
-- :?last_round = null
SELECT DISTINCT ON (event.subject)
       event.subject::text AS webhook_id,
       event.owner_id::text AS owner_id,
       event.event_id::text AS event_id,
       (event.content || jsonb_build_object('disabled_at', iso(event.occurred_at)))::text AS content,
       event.occurred_at <= news.since AS replay,
       CAST(extract(epoch FROM now()) * 1000 AS bigint) AS asked_at
FROM unnest(CAST(:?owners AS uuid[]), CAST(:?since AS bigint[])) AS account(owner, since)
CROSS JOIN news_since(CAST(:?last_round AS bigint)) AS news(since)
JOIN events event
  ON event.owner_id = account.owner
 AND event.type = 'webhook.disabled'
 AND event.occurred_at > least(news.since, to_timestamp(account.since / 1000.0))
ORDER BY event.subject, event.occurred_at DESC
