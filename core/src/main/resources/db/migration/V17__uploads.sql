-- Uploads that may arrive in pieces. The video is a row `receiving` until all of it is there. This row stays until it
-- expires, so that a client whose last answer was lost can read that nothing is missing. It has no foreign key to videos:
-- an older version of the app deletes expired videos and does not know what belongs to them in S3; what it leaves here is
-- swept.
CREATE TABLE uploads (
    video_id        uuid PRIMARY KEY,
    owner_id        uuid        NOT NULL,
    original_key    text        NOT NULL,

    -- What the client announced; the length is null until it is known.
    bytes           bigint      CHECK (bytes > 0),
    title           text        NOT NULL,
    original_name   text,
    transformations jsonb       NOT NULL,
    metadata        text,

    -- Who may write: the request that took the newest token.
    token           uuid,

    -- What has arrived: the listed parts, and behind them a tail that is shorter than a part.
    received_bytes  bigint      NOT NULL DEFAULT 0 CHECK (received_bytes <= bytes),
    multipart_id    text,
    -- The last part number that was given out; none is given out twice.
    part            integer     NOT NULL DEFAULT 0,
    tail_key        text,
    tail_bytes      integer     NOT NULL DEFAULT 0,

    -- Until when somebody makes the object of what has arrived.
    finishing_until timestamptz,
    ended           text        CHECK (ended IN ('accepted', 'cancelled', 'refused', 'expired')),
    created_at      timestamptz NOT NULL DEFAULT now(),
    expires_at      timestamptz NOT NULL
);

CREATE INDEX uploads_open ON uploads (owner_id) WHERE ended IS NULL;
CREATE INDEX uploads_by_expiry ON uploads (expires_at);

CREATE TABLE upload_parts (
    video_id uuid    NOT NULL REFERENCES uploads ON DELETE CASCADE,
    number   integer NOT NULL CHECK (number BETWEEN 1 AND 10000),
    bytes    integer NOT NULL,
    etag     text    NOT NULL,
    crc32c   text    NOT NULL,
    PRIMARY KEY (video_id, number)
);
