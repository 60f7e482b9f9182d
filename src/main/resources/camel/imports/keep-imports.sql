-- Renews the leases of what this node fetches, and returns which of them are still its own.
-- :?lease_seconds = {{caravana.imports.lease}} as seconds
UPDATE imports
SET due_at = now() + make_interval(secs => :?lease_seconds),
    received_bytes = running.bytes
FROM jsonb_to_recordset(CAST(:?running_imports AS jsonb) -> 'imports') AS running (token uuid, bytes bigint)
WHERE claim_token = running.token
  AND import_state = 'waiting'
RETURNING claim_token::text AS claim_token
