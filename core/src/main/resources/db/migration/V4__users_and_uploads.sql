-- Who may call. With an outside issuer of tokens this table stays empty.
CREATE TABLE users (
    id            uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    email         text        NOT NULL UNIQUE CHECK (email = lower(email)),
    password_hash text        NOT NULL,
    role          text        NOT NULL DEFAULT 'user' CHECK (role IN ('user', 'operator')),
    first_name    text        NOT NULL,
    last_name     text        NOT NULL,
    city          text        NOT NULL,
    country       text        NOT NULL,
    created_at    timestamptz NOT NULL DEFAULT now()
);

-- The Idempotency-Key of an upload. It goes with its video, and a try that failed takes its row along.
CREATE TABLE upload_keys (
    owner_id   uuid        NOT NULL,
    key        text        NOT NULL,
    video_id   uuid        NOT NULL REFERENCES videos ON DELETE CASCADE,
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (owner_id, key)
);

CREATE INDEX upload_keys_of_video ON upload_keys (video_id);

-- An owner's list, newest first.
CREATE INDEX videos_of_owner_by_upload ON videos (owner_id, uploaded_at DESC, id DESC) WHERE uploaded_at IS NOT NULL;

-- The queue as its videos' owners see it.
CREATE INDEX videos_waiting ON videos (not_before) WHERE status = 'uploaded';
