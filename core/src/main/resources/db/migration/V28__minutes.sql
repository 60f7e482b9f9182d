-- How many seconds of originals an account had processed in a month, which begins on its first day at 00:00 UTC. What is
-- processed again counts again, and a deletion takes nothing back. A trigger counts, so that jobs of a worker of an older
-- version count as well.
CREATE TABLE account_months (
    owner_id uuid             NOT NULL,
    month    date             NOT NULL,
    seconds  double precision NOT NULL,
    PRIMARY KEY (owner_id, month)
);

CREATE FUNCTION month_of(at timestamptz) RETURNS date
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN date_trunc('month', at AT TIME ZONE 'UTC')::date;

CREATE FUNCTION count_minutes() RETURNS trigger
    LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO account_months (owner_id, month, seconds)
        VALUES (NEW.owner_id, month_of(now()),
                coalesce(CAST(NEW.media_info #>> '{source,duration_seconds}' AS double precision), 0))
        ON CONFLICT (owner_id, month) DO UPDATE
            SET seconds = account_months.seconds + excluded.seconds;
        RETURN NULL;
    END
    $$;

CREATE TRIGGER videos_count_minutes
    AFTER UPDATE OF status ON videos
    FOR EACH ROW
    WHEN (OLD.status = 'processing' AND NEW.status = 'processed')
    EXECUTE FUNCTION count_minutes();

-- Of this month.
CREATE FUNCTION account_seconds(account uuid) RETURNS double precision
    LANGUAGE sql STABLE AS $$
        SELECT coalesce((SELECT seconds FROM account_months WHERE owner_id = account AND month = month_of(now())), 0)
    $$;

ALTER TABLE account_quotas ADD COLUMN minutes integer CHECK (minutes >= 0);

-- When an account has room in a quota again without doing anything; null when it must delete something.
CREATE FUNCTION quota_frees_at(account uuid, kind text) RETURNS timestamptz
    LANGUAGE sql STABLE AS $$
        SELECT CASE kind
                   WHEN 'minutes' THEN (month_of(now()) + interval '1 month') AT TIME ZONE 'UTC'
                   WHEN 'open_uploads' THEN (
                       SELECT min(expires_at) FROM videos WHERE owner_id = account AND status = 'receiving')
               END
    $$;

ALTER TABLE audit
    DROP CONSTRAINT audit_act_check,
    ADD CONSTRAINT audit_act_check CHECK (act IN ('redrive', 'discard', 'pause', 'resume', 'quota'));
