-- One that was taken and not made, because its node is gone, is taken again.
UPDATE exports
SET taken_until = now() + interval '10 minutes'
WHERE id IN (
    SELECT id
    FROM exports
    WHERE made_at IS NULL
      AND expires_at > now()
      AND (taken_until IS NULL OR taken_until < now())
    ORDER BY requested_at
    LIMIT 5
    FOR UPDATE SKIP LOCKED
)
RETURNING id::text AS export_id, owner_id::text AS account_id, object_key
