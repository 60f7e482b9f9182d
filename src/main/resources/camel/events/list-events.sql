-- A transaction that still runs may write events with smaller ids than those that are there. So its events, and all of younger
-- transactions, are left for later.
SELECT transaction::text AS transaction,
       id,
       event_id::text AS event_id,
       subject::text AS subject,
       number,
       type,
       iso(occurred_at) AS occurred_at,
       content::text AS content
FROM events
WHERE owner_id = CAST(:?caller.id AS uuid)
  AND transaction < oldest_running()
  AND (transaction, id) > (CAST(:?page.transaction AS xid8), CAST(:?page.id AS bigint))
ORDER BY events.transaction, events.id
LIMIT :?page.limit
