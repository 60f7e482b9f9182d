-- From here on nobody finds it; the reconciler removes its object. No row when the caller has none of that id.
WITH own AS (
    SELECT id, is_asset_used(owner_id, id) AS used
    FROM assets
    WHERE owner_id = CAST(:?caller.id AS uuid)
      AND id::text = lower(:?asset_id)
      AND stored_at IS NOT NULL
      AND deleted_at IS NULL
), deleted AS (
    UPDATE assets
    SET deleted_at = now()
    FROM own
    WHERE assets.id = own.id
      AND NOT own.used
)
SELECT used FROM own
