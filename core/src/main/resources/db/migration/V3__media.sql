-- Of the original's bytes, as the worker that processed it has read them.
ALTER TABLE videos ADD COLUMN original_sha256 text CHECK (original_sha256 ~ '^[0-9a-f]{64}$');
