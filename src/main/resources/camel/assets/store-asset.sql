-- Changes nothing of one that the reconciler has taken meanwhile.
UPDATE assets
SET stored_at = now()
WHERE object_key = :?asset.key
  AND deleted_at IS NULL
