-- When accounts had a video processed again: it counts as an upload for their limit per hour. Rows older than that go with
-- the next request.
CREATE TABLE process_requests (
    owner_id     uuid        NOT NULL,
    requested_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX process_requests_of_owner ON process_requests (owner_id, requested_at);
