-- What an account has, what it may have, and what an operator set for it alone; null for no limit.
SELECT usage.bytes,
       usage.videos,
       usage.open_uploads,
       round(CAST(account_seconds(CAST(:?account_id AS uuid)) / 60 AS numeric), 1) AS minutes,
       coalesce(own.bytes, CAST(:?quota.bytes AS bigint)) AS most_bytes,
       coalesce(own.videos, CAST(:?quota.videos AS integer)) AS most_videos,
       coalesce(own.open_uploads, CAST(:?quota.open_uploads AS integer)) AS most_open_uploads,
       coalesce(own.minutes, CAST(:?quota.minutes AS integer)) AS most_minutes,
       own.bytes AS own_bytes,
       own.videos AS own_videos,
       own.open_uploads AS own_open_uploads,
       own.minutes AS own_minutes
FROM account_usage(CAST(:?account_id AS uuid)) usage
LEFT JOIN account_quotas own ON own.owner_id = CAST(:?account_id AS uuid)
