-- How long units of work take, as far as earlier ones tell, and how much work waits (ADR 28).

-- Nobody else writes units until this migration is committed.
LOCK TABLE work IN SHARE ROW EXCLUSIVE MODE;

-- Seconds of work for each megabyte of the original, by what was done to it: each finished job moves it by a fifth.
CREATE TABLE work_rates (
    transformations      jsonb            PRIMARY KEY,
    seconds_per_megabyte double precision NOT NULL,
    seen_at              timestamptz      NOT NULL DEFAULT now()
);

-- Until the original is probed, its size is all that is known of it. What was never done before counts a second a megabyte.
CREATE FUNCTION predicted_seconds(bytes bigint, asked jsonb) RETURNS double precision
    LANGUAGE sql STABLE AS $$
        SELECT 1 + coalesce(bytes, 0) / 1e6
                   * coalesce((SELECT seconds_per_megabyte FROM work_rates WHERE transformations = asked), 1)
    $$;

-- Predicted, of the units that wait.
ALTER TABLE shares ADD COLUMN waiting_seconds double precision NOT NULL DEFAULT 0;

UPDATE shares
SET waiting_seconds = coalesce(
    (SELECT sum(predicted_seconds) FROM work WHERE work.owner_id = shares.owner_id AND claimed_at IS NULL), 0);

CREATE OR REPLACE FUNCTION keep_unit() RETURNS trigger
    LANGUAGE plpgsql AS $$
    BEGIN
        IF NEW.status IN ('uploaded', 'processing') THEN
            INSERT INTO work (video_id, owner_id, priority, attempts, predicted_seconds, due_at, turn_at, claimed_at)
            VALUES (NEW.id, NEW.owner_id, NEW.priority, NEW.attempts,
                    predicted_seconds(NEW.original_bytes, NEW.transformations), NEW.not_before,
                    NEW.not_before - (NEW.priority - 3) * interval '10 minutes',
                    CASE WHEN NEW.status = 'processing' THEN now() END)
            ON CONFLICT (video_id) DO UPDATE
                SET priority = excluded.priority,
                    attempts = excluded.attempts,
                    due_at = excluded.due_at,
                    turn_at = excluded.turn_at,
                    claimed_at = excluded.claimed_at;
        ELSE
            IF NEW.status = 'processed' AND NEW.original_bytes > 0 THEN
                INSERT INTO work_rates (transformations, seconds_per_megabyte)
                SELECT NEW.transformations, greatest(0, extract(epoch FROM now() - claimed_at) - 1) * 1e6 / NEW.original_bytes
                FROM work
                WHERE video_id = NEW.id
                  AND claimed_at IS NOT NULL
                ON CONFLICT (transformations) DO UPDATE
                    SET seconds_per_megabyte = 0.8 * work_rates.seconds_per_megabyte + 0.2 * excluded.seconds_per_megabyte,
                        seen_at = now();
            END IF;
            DELETE FROM work WHERE video_id = NEW.id;
        END IF;
        RETURN NULL;
    END
    $$;

CREATE OR REPLACE FUNCTION keep_share() RETURNS trigger
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
            waiting_seconds = CASE
                WHEN waiting + waits::integer - waited::integer = 0 THEN 0
                ELSE greatest(0, waiting_seconds + (waits::integer - waited::integer) * unit.predicted_seconds)
            END,
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

-- Nobody calls the one of V43 any more.
DROP FUNCTION predicted_seconds(bigint);

-- When each of an account's videos is expected to be ready, and its rank among those that wait: as many units are claimed before
-- it. Those are, first, the ones of its own account whose turn is earlier, then as many of each other account as fit in before its own
-- account gets that far. Of another account's units the mean is taken, so that none of them is looked at. The first 1,000 of the account are
-- counted, and no others. `seconds` is null while no worker is alive.
CREATE FUNCTION forecasts(account uuid, videos uuid[])
    RETURNS TABLE (video_id uuid, rank integer, seconds double precision)
    LANGUAGE sql STABLE STRICT AS $$
        WITH competing AS (
            SELECT owner_id, waiting, waiting_seconds / waiting AS mean, weight,
                   greatest(virtual_time, (SELECT virtual_time FROM dispatch) - 600) AS begins
            FROM shares
            WHERE waiting > 0
        ), own AS (
            SELECT turn.video_id, turn.number, turn.seconds, turn.predicted_seconds, competing.begins + turn.charged AS begins
            FROM competing
            CROSS JOIN LATERAL (
                SELECT first.video_id,
                       predicted_seconds,
                       row_number() OVER earlier AS number,
                       coalesce(sum(predicted_seconds) OVER earlier, 0) AS seconds,
                       coalesce(sum(charge(predicted_seconds, competing.weight, priority)) OVER earlier, 0) AS charged
                FROM (
                    SELECT *
                    FROM work
                    WHERE owner_id = account
                      AND claimed_at IS NULL
                    ORDER BY turn_at, work.video_id
                    LIMIT 1000
                ) first
                WINDOW earlier AS (ORDER BY turn_at, first.video_id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
            ) turn
            WHERE competing.owner_id = account
        ), running AS (
            SELECT work.video_id, greatest(0, predicted_seconds - extract(epoch FROM now() - claimed_at)) AS left_over
            FROM work
            WHERE claimed_at IS NOT NULL
        ), alive AS (
            -- As list-workers.sql counts them.
            SELECT sum(slots) AS slots
            FROM workers
            WHERE seen_at > now() - interval '35 seconds'
        )
        SELECT own.video_id,
               CAST(least(1000, own.number + coalesce(sum(before.units), 0)) AS integer),
               (own.seconds + coalesce(sum(before.units * before.mean), 0) + coalesce((SELECT sum(left_over) FROM running), 0))
                   / (SELECT slots FROM alive) + own.predicted_seconds
        FROM own
        LEFT JOIN LATERAL (
            SELECT mean, least(waiting, ceil((own.begins - begins) * weight / greatest(mean, 0.001))) AS units
            FROM competing
            WHERE owner_id <> account
              AND begins < own.begins
        ) before ON true
        WHERE own.video_id = ANY (videos)
        GROUP BY own.video_id, own.number, own.seconds, own.predicted_seconds
        UNION ALL
        SELECT running.video_id, NULL, left_over
        FROM running
        WHERE running.video_id = ANY (videos)
    $$;

-- Few of all the units.
CREATE INDEX work_running ON work (claimed_at) WHERE claimed_at IS NOT NULL;
