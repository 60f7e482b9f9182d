-- Sessions of the page. Each row is one refresh token: it is used once, and replaced by another one of its family. That one
-- comes a second time means that somebody has copied it; then the family ends.
CREATE TABLE sessions (
    -- SHA-256 of the token, in hexadecimal digits.
    hash        text PRIMARY KEY,
    family      uuid        NOT NULL,
    user_id     uuid        NOT NULL REFERENCES users ON DELETE CASCADE,
    issued_at   timestamptz NOT NULL DEFAULT now(),
    replaced_at timestamptz,
    expires_at  timestamptz NOT NULL
);

CREATE INDEX sessions_of_user ON sessions (user_id, issued_at);
CREATE INDEX sessions_of_family ON sessions (family);
