-- The SHA-256 of the original as its client announced it; null when it did not. The worker compares it with what it downloads.
ALTER TABLE videos ADD COLUMN announced_sha256 text CHECK (announced_sha256 ~ '^[0-9a-f]{64}$');
ALTER TABLE uploads ADD COLUMN announced_sha256 text CHECK (announced_sha256 ~ '^[0-9a-f]{64}$');
