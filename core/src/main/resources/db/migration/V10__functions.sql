-- What several statements of the routes would write out again. A version of the app that does not know them is not
-- disturbed.

-- A time as the API writes it: ISO 8601, UTC, milliseconds.
CREATE FUNCTION iso(at timestamptz) RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"');

-- As dead letters carry it: whole seconds.
CREATE FUNCTION iso_seconds(at timestamptz) RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"');

-- Queues a failed video again, with all its attempts; returns nothing when it has not failed, or of something that stays.
CREATE FUNCTION requeue(video uuid) RETURNS SETOF videos
    LANGUAGE sql AS $$
        UPDATE videos
        SET status = 'uploaded',
            attempts = 0,
            claim_token = NULL,
            lease_until = NULL,
            not_before = now(),
            published_at = NULL,
            error_code = NULL,
            error_detail = NULL,
            last_code = NULL,
            retryable = false,
            first_failed_at = NULL,
            failed_at = NULL,
            updated_at = now()
        WHERE id = video
          AND status = 'failed'
          AND retryable
        RETURNING *;
    $$;
