-- Uploads whose bytes go to S3 without passing web: in parts, or by one PUT. Null for the others.
ALTER TABLE uploads
    ADD COLUMN direct         text CHECK (direct IN ('parts', 'put')),
    -- Of each part but the last one. Addresses of parts are signed for these lengths.
    ADD COLUMN part_bytes     integer CHECK (part_bytes > 0),
    -- When somebody last looked whether the PUT has arrived.
    ADD COLUMN checked_at     timestamptz,
    -- A signed PUT works for a while after its upload has ended. What it leaves then is removed at that time.
    ADD COLUMN sweep_again_at timestamptz;

-- S3 computes no CRC-32C of a part that a client sends without one.
ALTER TABLE upload_parts ALTER COLUMN crc32c DROP NOT NULL;

CREATE INDEX uploads_put ON uploads (checked_at) WHERE direct = 'put' AND ended IS NULL;
CREATE INDEX uploads_swept_again ON uploads (sweep_again_at) WHERE sweep_again_at IS NOT NULL;
