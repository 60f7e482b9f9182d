-- The row is the truth about a video; a message in the queue is only a wake-up.
-- Migrations only add: what a running older version still reads is removed one release later.
CREATE TABLE videos (
    id              uuid PRIMARY KEY,
    owner_id        uuid        NOT NULL,
    status          text        NOT NULL
                    CHECK (status IN ('receiving', 'uploaded', 'processing', 'processed', 'failed', 'deleting')),

    -- What was asked for. The title is null until the whole upload has been read.
    title           text,
    original_name   text,
    original_bytes  bigint      CHECK (original_bytes > 0),
    transformations jsonb       NOT NULL,

    -- Where its objects are. Readers follow these columns and never compute a key.
    original_key    text        NOT NULL UNIQUE,
    processed_key   text,
    poster_key      text,

    -- Who works on it. `attempts` counts those that a failure may cost, and starts again at a redrive;
    -- `claims` counts every claim and is never reset.
    attempts        integer     NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    claims          integer     NOT NULL DEFAULT 0,
    claim_token     uuid,
    lease_until     timestamptz,
    not_before      timestamptz NOT NULL DEFAULT now(),

    -- What went wrong last.
    error_code      text,
    error_detail    text,
    retryable       boolean     NOT NULL DEFAULT false,
    first_failed_at timestamptz,

    -- What is known about it: the probed original, and milliseconds per phase of the claim that finished it, in order.
    facts           jsonb,
    phase_ms        json,

    -- One time stamp a transition, all by this database's clock.
    received_at     timestamptz NOT NULL DEFAULT now(),
    expires_at      timestamptz NOT NULL,
    uploaded_at     timestamptz,
    published_at    timestamptz,
    claimed_at      timestamptz,
    processed_at    timestamptz,
    failed_at       timestamptz,
    updated_at      timestamptz NOT NULL DEFAULT now(),

    CHECK (status <> 'processing' OR (claim_token IS NOT NULL AND lease_until IS NOT NULL)),
    CHECK (status <> 'processed' OR processed_key IS NOT NULL),
    CHECK (status <> 'failed' OR (error_code IS NOT NULL AND failed_at IS NOT NULL))
);

CREATE INDEX videos_of_owner ON videos (owner_id, received_at DESC, id);

-- What the sweeps look for is a small part of the table.
CREATE INDEX videos_unfinished ON videos (status, lease_until, published_at)
    WHERE status IN ('receiving', 'uploaded', 'processing', 'deleting');
