-- What a client sends at the beginning of an upload stands in uploads, and is the video's from its end on. Nodes of 1.0.0 end
-- uploads too, those that later versions began among them, and know none of these columns.
CREATE FUNCTION take_fields_of_upload() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    upload record;
BEGIN
    SELECT reference, video_metadata, announced_sha256, priority INTO upload FROM uploads WHERE video_id = NEW.id;
    IF FOUND THEN
        NEW.reference = coalesce(NEW.reference, upload.reference);
        NEW.metadata = coalesce(NEW.metadata, upload.video_metadata);
        NEW.announced_sha256 = coalesce(NEW.announced_sha256, upload.announced_sha256);
        NEW.priority = coalesce(upload.priority, NEW.priority);
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER videos_fields_of_upload
    BEFORE UPDATE OF status ON videos
    FOR EACH ROW
    WHEN (OLD.status = 'receiving' AND NEW.status = 'uploaded')
    EXECUTE FUNCTION take_fields_of_upload();
