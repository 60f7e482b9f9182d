INSERT INTO videos (id, owner_id, status, original_key, transformations, expires_at)
VALUES (
    CAST(:?video_id AS uuid),
    CAST(:?owner_id AS uuid),
    'receiving',
    :?original_key,
    '[]',
    now() + make_interval(secs => :?patience_seconds)
)
RETURNING id, status
