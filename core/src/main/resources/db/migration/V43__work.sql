-- Which unit of work is next. A row of `work` is a unit that is not finished; a row of `shares` is an account's place in the
-- queue. Triggers keep both, so that statements of an older version keep them as well (ADR 28).

-- How urgent a video is beside the others of its account, and how much of the account's share it costs: 1 to 5.
ALTER TABLE videos ADD COLUMN priority smallint NOT NULL DEFAULT 3 CHECK (priority BETWEEN 1 AND 5);

-- As the client announced it; null in rows of an older version.
ALTER TABLE uploads ADD COLUMN priority smallint CHECK (priority BETWEEN 1 AND 5);

CREATE TABLE work (
    video_id          uuid             PRIMARY KEY REFERENCES videos ON DELETE CASCADE,
    owner_id          uuid             NOT NULL,
    priority          smallint         NOT NULL,
    attempts          integer          NOT NULL,
    -- How long a worker is expected to need.
    predicted_seconds double precision NOT NULL,
    due_at            timestamptz      NOT NULL,
    -- Its place among the units of its account: a step of priority is worth ten minutes of waiting.
    turn_at           timestamptz      NOT NULL,
    -- Null while it waits.
    claimed_at        timestamptz
);

CREATE INDEX work_waiting ON work (owner_id, turn_at, video_id) WHERE claimed_at IS NULL;

CREATE TABLE shares (
    owner_id     uuid             PRIMARY KEY,
    -- Set by operators: how much of the workers' time it gets beside others, and how many of its units run at once. Null for
    -- the setting.
    weight       double precision NOT NULL DEFAULT 1 CHECK (weight BETWEEN 0.01 AND 100),
    at_once      integer          CHECK (at_once >= 1),
    -- Seconds of work that it was given, each divided by its weight. The smallest is next.
    virtual_time double precision NOT NULL DEFAULT 0,
    waiting      integer          NOT NULL DEFAULT 0,
    running      integer          NOT NULL DEFAULT 0,
    -- When the account was made, or first seen.
    since        timestamptz      NOT NULL
);

CREATE INDEX shares_next ON shares (virtual_time) WHERE waiting > 0;
CREATE INDEX shares_running ON shares (since) WHERE running > 0;

-- The virtual time up to which units were claimed: who comes after a pause begins there, with no credit for the pause.
CREATE TABLE dispatch (
    id           boolean          PRIMARY KEY DEFAULT true CHECK (id),
    virtual_time double precision NOT NULL DEFAULT 0
);

INSERT INTO dispatch DEFAULT VALUES;

-- Where a join finds no video there is no message: without this it would be `{}`, which is poison.
ALTER FUNCTION job_message(videos) STRICT;

-- Until the original is probed, its size is all that is known of it.
CREATE FUNCTION predicted_seconds(bytes bigint) RETURNS double precision
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN 1 + coalesce(bytes, 0) / 1e6;

-- Seconds of work as they count for an account.
CREATE FUNCTION charge(seconds double precision, weight double precision, priority smallint) RETURNS double precision
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN seconds / (weight * power(2, priority - 3));

-- A video that waits or is processed is a unit of work; of any other there is none.
CREATE FUNCTION keep_unit() RETURNS trigger
    LANGUAGE plpgsql AS $$
    BEGIN
        IF NEW.status IN ('uploaded', 'processing') THEN
            INSERT INTO work (video_id, owner_id, priority, attempts, predicted_seconds, due_at, turn_at, claimed_at)
            VALUES (NEW.id, NEW.owner_id, NEW.priority, NEW.attempts, predicted_seconds(NEW.original_bytes), NEW.not_before,
                    NEW.not_before - (NEW.priority - 3) * interval '10 minutes',
                    CASE WHEN NEW.status = 'processing' THEN now() END)
            ON CONFLICT (video_id) DO UPDATE
                SET priority = excluded.priority,
                    attempts = excluded.attempts,
                    due_at = excluded.due_at,
                    turn_at = excluded.turn_at,
                    claimed_at = excluded.claimed_at;
        ELSE
            DELETE FROM work WHERE video_id = NEW.id;
        END IF;
        RETURN NULL;
    END
    $$;

-- Counts a unit for its account. A claim charges what is predicted, and the end corrects it by what was used; time that
-- passed until a lost lease was taken over is nobody's. An account that could not be served, since it was at its limit or had
-- nothing due, keeps ten minutes of credit at most.
CREATE FUNCTION keep_share() RETURNS trigger
    LANGUAGE plpgsql AS $$
    DECLARE
        unit work := CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
        waited boolean := TG_OP <> 'INSERT' AND OLD.claimed_at IS NULL;
        ran boolean := TG_OP <> 'INSERT' AND OLD.claimed_at IS NOT NULL;
        waits boolean := TG_OP <> 'DELETE' AND NEW.claimed_at IS NULL;
        runs boolean := TG_OP <> 'DELETE' AND NEW.claimed_at IS NOT NULL;
        begins double precision;
    BEGIN
        IF (waited, ran) = (waits, runs) THEN
            RETURN NULL;
        END IF;
        INSERT INTO shares (owner_id, since)
        VALUES (unit.owner_id, coalesce((SELECT created_at FROM users WHERE id = unit.owner_id), now()))
        ON CONFLICT DO NOTHING;
        UPDATE shares
        SET waiting = waiting + waits::integer - waited::integer,
            running = running + runs::integer - ran::integer,
            virtual_time = CASE
                WHEN runs THEN greatest(virtual_time, clock.reached - 600) + charge(unit.predicted_seconds, weight, unit.priority)
                WHEN ran THEN virtual_time + charge(
                    extract(epoch FROM now() - OLD.claimed_at) - OLD.predicted_seconds, weight, OLD.priority)
                WHEN shares.waiting = 0 THEN greatest(virtual_time, clock.reached)
                ELSE virtual_time
            END
        FROM (SELECT virtual_time AS reached FROM dispatch) clock
        WHERE owner_id = unit.owner_id
        RETURNING virtual_time - charge(unit.predicted_seconds, weight, unit.priority) INTO begins;
        IF runs THEN
            -- Many claims at once would wait for one row; one of them is enough.
            UPDATE dispatch
            SET virtual_time = begins
            WHERE id = (SELECT id FROM dispatch WHERE virtual_time < begins FOR UPDATE SKIP LOCKED);
        END IF;
        RETURN NULL;
    END
    $$;

CREATE TRIGGER videos_keep_unit_of_new
    AFTER INSERT ON videos
    FOR EACH ROW
    WHEN (NEW.status IN ('uploaded', 'processing'))
    EXECUTE FUNCTION keep_unit();

CREATE TRIGGER videos_keep_unit
    AFTER UPDATE OF status, claim_token, not_before, priority, attempts ON videos
    FOR EACH ROW
    WHEN ((OLD.status, OLD.claim_token, OLD.not_before, OLD.priority, OLD.attempts)
          IS DISTINCT FROM (NEW.status, NEW.claim_token, NEW.not_before, NEW.priority, NEW.attempts))
    EXECUTE FUNCTION keep_unit();

-- What an older version has queued. The triggers above hold off all other writers until this migration is committed.
INSERT INTO work (video_id, owner_id, priority, attempts, predicted_seconds, due_at, turn_at, claimed_at)
SELECT id, owner_id, priority, attempts, predicted_seconds(original_bytes), not_before, not_before,
       CASE WHEN status = 'processing' THEN now() END
FROM videos
WHERE status IN ('uploaded', 'processing');

INSERT INTO shares (owner_id, waiting, running, since)
SELECT work.owner_id, count(*) FILTER (WHERE claimed_at IS NULL), count(*) FILTER (WHERE claimed_at IS NOT NULL),
       coalesce(min(users.created_at), now())
FROM work
LEFT JOIN users ON users.id = work.owner_id
GROUP BY work.owner_id;

CREATE TRIGGER work_keep_share_of_new
    AFTER INSERT OR DELETE ON work
    FOR EACH ROW
    EXECUTE FUNCTION keep_share();

CREATE TRIGGER work_keep_share
    AFTER UPDATE OF claimed_at ON work
    FOR EACH ROW
    EXECUTE FUNCTION keep_share();

-- Where data of accounts is, by table; kept are the tables whose rows outlive the account. A test compares this with the schema: a
-- table with a column that names an account must be listed, and all but the kept ones must be empty after an erasure.
CREATE VIEW account_data (name, owner_column, kept) AS
    VALUES ('accounts', 'id', false),
           ('account_months', 'owner_id', true),
           ('account_quotas', 'owner_id', false),
           ('api_keys', 'owner_id', false),
           ('assets', 'owner_id', false),
           ('audit', 'actor', true),
           ('erasures', 'account_id', false),
           ('events', 'owner_id', false),
           ('exports', 'owner_id', false),
           ('presets', 'owner_id', false),
           ('process_requests', 'owner_id', false),
           ('sessions', 'user_id', false),
           ('shares', 'owner_id', false),
           ('upload_keys', 'owner_id', false),
           ('uploads', 'owner_id', false),
           ('users', 'id', false),
           ('videos', 'owner_id', false),
           ('webhook_deliveries', 'owner_id', false),
           ('webhooks', 'owner_id', false),
           ('work', 'owner_id', false);

-- An account's place in the queue goes with the account.
CREATE FUNCTION forget_share() RETURNS trigger
    LANGUAGE plpgsql AS $$
    BEGIN
        DELETE FROM shares WHERE owner_id = OLD.id;
        RETURN NULL;
    END
    $$;

CREATE TRIGGER shares_go_with_their_account
    AFTER DELETE ON accounts
    FOR EACH ROW
    EXECUTE FUNCTION forget_share();
