-- Of single accounts: what they may have instead of the settings; null for the setting. The accounts of an outside issuer have
-- no row in users, so nothing is referenced.
CREATE TABLE account_quotas (
    owner_id     uuid PRIMARY KEY,
    bytes        bigint  CHECK (bytes >= 0),
    videos       integer CHECK (videos >= 0),
    open_uploads integer CHECK (open_uploads >= 0)
);

-- What an account has: originals, those that were announced included, and uploads that have not ended.
CREATE FUNCTION account_usage(account uuid) RETURNS TABLE (bytes bigint, videos bigint, open_uploads bigint)
    LANGUAGE sql STABLE AS $$
        SELECT coalesce(sum(coalesce(video.original_bytes, upload.bytes)), 0)::bigint,
               count(*),
               count(*) FILTER (WHERE video.status = 'receiving')
        FROM videos video
        LEFT JOIN uploads upload ON upload.video_id = video.id AND upload.ended IS NULL
        WHERE video.owner_id = account
          AND video.status <> 'deleting'
    $$;
