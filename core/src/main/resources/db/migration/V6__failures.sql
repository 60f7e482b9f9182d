-- What the last attempt failed of, beside `attempts_exhausted`.
ALTER TABLE videos ADD COLUMN last_code text;

-- What a worker says of its closed intake, and which routes it runs.
ALTER TABLE workers ADD COLUMN closed_why text NOT NULL DEFAULT '';
ALTER TABLE workers ADD COLUMN routes text NOT NULL DEFAULT '';

-- When each version of the routes last processed a job: what to roll back to.
CREATE TABLE route_versions (
    version      text PRIMARY KEY,
    processed_at timestamptz NOT NULL
);
