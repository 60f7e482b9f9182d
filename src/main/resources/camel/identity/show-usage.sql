-- What an account has, and what it may have; null for no limit.
SELECT usage.bytes,
       usage.videos,
       usage.open_uploads,
       coalesce(own.bytes, CAST(:?quota.bytes AS bigint)) AS most_bytes,
       coalesce(own.videos, CAST(:?quota.videos AS integer)) AS most_videos,
       coalesce(own.open_uploads, CAST(:?quota.open_uploads AS integer)) AS most_open_uploads
FROM account_usage(CAST(:?caller.id AS uuid)) usage
LEFT JOIN account_quotas own ON own.owner_id = CAST(:?caller.id AS uuid)
