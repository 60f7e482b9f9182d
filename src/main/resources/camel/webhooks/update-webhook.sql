-- Enabled once more, it begins again: what waits is sent, and failures count from now on.
UPDATE webhooks
SET url = coalesce(:?webhook.url, url),
    types = coalesce(CAST(:?webhook.types AS text[]), types),
    description = CASE WHEN :?webhook.names_description THEN :?webhook.description ELSE description END,
    enabled = coalesce(CAST(:?webhook.enabled AS boolean), enabled),
    disabled_reason = CASE WHEN CAST(:?webhook.enabled AS boolean) IS NULL THEN disabled_reason END,
    failing_since = CASE WHEN CAST(:?webhook.enabled AS boolean) THEN NULL ELSE failing_since END,
    updated_at = now()
WHERE owner_id = CAST(:?caller.id AS uuid)
  AND id::text = lower(:?webhook_id)
RETURNING id
