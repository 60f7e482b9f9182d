-- What a client keeps with a video for itself; null for none.
--   reference  the video's name in the client's own system. Several videos may have the same one.
--   metadata   a JSON object
ALTER TABLE videos
    ADD COLUMN reference text,
    ADD COLUMN metadata jsonb;

-- The column metadata of an upload is the header Upload-Metadata.
ALTER TABLE uploads
    ADD COLUMN reference text,
    ADD COLUMN video_metadata jsonb;

CREATE INDEX videos_by_reference ON videos (owner_id, reference) WHERE reference IS NOT NULL;
