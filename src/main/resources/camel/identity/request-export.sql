-- An export that is not over is not made twice.
-- :?export_seconds = {{caravana.retention.exports}} as seconds
WITH running AS (
    SELECT id FROM exports WHERE owner_id = CAST(:?caller.id AS uuid) AND expires_at > now()
), requested AS (
    INSERT INTO exports (owner_id, object_key, expires_at)
    SELECT account.id, format('exports/%s/%s.zip', account.id, gen_random_uuid()),
           now() + make_interval(secs => :?export_seconds)
    FROM (SELECT CAST(:?caller.id AS uuid) AS id) account
    WHERE NOT EXISTS (SELECT 1 FROM running)
    RETURNING id
)
SELECT id::text AS export_id FROM requested
