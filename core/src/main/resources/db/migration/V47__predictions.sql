-- How long units of work take, as far as earlier ones tell, and how much work waits (ADR 28).

-- Nobody writes a video, and by its triggers a unit and a share, until this migration is committed. Videos first, as all writers do:
-- one that had locked the other tables already would wait for this migration, and this for it.
LOCK TABLE videos IN SHARE ROW EXCLUSIVE MODE;
LOCK TABLE shares, work IN ACCESS EXCLUSIVE MODE;

-- Seconds of work for each megabyte of the original, by what was done to it. Rows that no job has used for 30 days go.
CREATE TABLE work_rates (
    transformations      text             PRIMARY KEY,
    seconds_per_megabyte double precision NOT NULL,
    seen_at              timestamptz      NOT NULL DEFAULT now()
);

-- The set of names, whatever their order; parameters do not count.
CREATE FUNCTION work_kind(asked jsonb) RETURNS text
    LANGUAGE sql IMMUTABLE AS $$
        SELECT md5(coalesce(string_agg(DISTINCT name, ' ' ORDER BY name), ''))
        FROM jsonb_array_elements_text(CASE WHEN jsonb_typeof(asked) = 'array' THEN asked ELSE '[]' END) AS name
    $$;

-- Until the original is probed, its size is all that is known of it. What was never done before counts a second a megabyte. Nothing is
-- predicted to take more than six hours.
CREATE FUNCTION predicted_seconds(bytes bigint, asked jsonb) RETURNS double precision
    LANGUAGE sql STABLE AS $$
        SELECT least(21600, 1 + coalesce(bytes, 0) / 1e6
                   * coalesce((SELECT seconds_per_megabyte FROM work_rates WHERE transformations = work_kind(asked)), 1))
    $$;

-- A small file tells little of larger ones: what it took is mostly what every job takes. So ten megabytes count in full, the first time
-- by themselves and then by a fifth, and less counts less.
CREATE FUNCTION learn_rate(asked jsonb, bytes bigint, used double precision) RETURNS void
    LANGUAGE sql AS $$
        WITH sample AS (
            SELECT work_kind(asked) AS kind,
                   least(100, greatest(0, used - 1) * 1e6 / bytes) AS rate,
                   least(1, bytes / 1e7) AS weight
        ), forgotten AS (
            DELETE FROM work_rates
            WHERE transformations IN (
                SELECT transformations
                FROM work_rates
                WHERE seen_at < now() - interval '30 days'
                LIMIT 10
                FOR UPDATE SKIP LOCKED)
        )
        INSERT INTO work_rates AS known (transformations, seconds_per_megabyte)
        SELECT kind, 1 - weight + weight * rate
        FROM sample
        ON CONFLICT (transformations) DO UPDATE
            SET seconds_per_megabyte = (
                    SELECT (1 - weight / 5) * known.seconds_per_megabyte + weight / 5 * rate
                    FROM sample),
                seen_at = now()
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
                PERFORM learn_rate(NEW.transformations, NEW.original_bytes, extract(epoch FROM now() - claimed_at))
                FROM work
                WHERE video_id = NEW.id
                  AND claimed_at IS NOT NULL;
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

-- When each of an account's videos is expected to be ready, and its rank among those that wait: 1 for the one that is claimed next.
-- Before it come, first, the units of its own account whose turn is earlier, then as many of each other account as that account gets until
-- its own account's turn has come. Of another account's units the mean is taken, so that none of them is looked at. The first 1,000 of the
-- account are counted, and no others. `seconds` is null of what waits while no worker takes jobs, and of what has run for longer than
-- predicted.
CREATE FUNCTION forecasts(account uuid, videos uuid[])
    RETURNS TABLE (video_id uuid, rank integer, seconds double precision)
    LANGUAGE sql STABLE STRICT AS $$
        WITH competing AS (
            SELECT owner_id, waiting, waiting_seconds / waiting AS mean, weight, at_once,
                   greatest(virtual_time, (SELECT virtual_time FROM dispatch) - 600) AS begins
            FROM shares
            WHERE waiting > 0
              AND EXISTS (SELECT 1 FROM work WHERE work.video_id = ANY (videos) AND claimed_at IS NULL)
        ), own AS (
            SELECT turn.video_id, turn.number, turn.due_at, turn.seconds, turn.predicted_seconds, competing.at_once,
                   competing.begins + turn.charged AS begins
            FROM competing
            CROSS JOIN LATERAL (
                SELECT first.video_id,
                       due_at,
                       predicted_seconds,
                       row_number() OVER (ORDER BY turn_at, first.video_id) AS number,
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
            SELECT work.video_id, predicted_seconds - extract(epoch FROM now() - claimed_at) AS left_over
            FROM work
            WHERE claimed_at IS NOT NULL
        ), taking AS (
            -- Alive as list-workers.sql counts it.
            SELECT sum(slots) AS slots
            FROM workers
            WHERE seen_at > now() - interval '35 seconds'
              AND closed_by = ''
              AND NOT (SELECT paused FROM intake)
        )
        SELECT own.video_id,
               CAST(least(1000, own.number + coalesce(sum(before.units), 0)) AS integer),
               -- A year, so that it is a time whatever is asked for.
               CASE WHEN slots > 0 THEN least(31536000, greatest(
                   extract(epoch FROM own.due_at - now()),
                   own.seconds / least(slots, coalesce(own.at_once, slots))
                       + (coalesce(sum(before.units * before.mean), 0)
                          + coalesce((SELECT sum(greatest(0, left_over)) FROM running), 0)) / slots
               ) + own.predicted_seconds) END
        FROM own
        CROSS JOIN taking
        LEFT JOIN LATERAL (
            SELECT mean, least(waiting, ceil((own.begins - begins) * weight / greatest(mean, 0.001))) AS units
            FROM competing
            WHERE owner_id <> account
              AND begins < own.begins
        ) before ON true
        WHERE own.video_id = ANY (videos)
        GROUP BY own.video_id, own.number, own.due_at, own.seconds, own.predicted_seconds, own.at_once, slots
        UNION ALL
        SELECT running.video_id, NULL, CASE WHEN left_over > 0 THEN left_over END
        FROM running
        WHERE running.video_id = ANY (videos)
    $$;

-- Few of all the units.
CREATE INDEX work_running ON work (claimed_at) WHERE claimed_at IS NOT NULL;
