-- No row for one that the reconciler has taken meanwhile.
UPDATE assets
SET stored_at = now()
WHERE object_key = :?asset.key
  AND deleted_at IS NULL
RETURNING id::text AS id,
          name,
          media_type,
          bytes,
          width,
          height,
          cues,
          iso(created_at) AS created_at
