-- As before, but renditions are billed one by one: an output of many segments has a row for each, with the codec, and with the size of its
-- segments. The rows of its renditions are written before.
CREATE OR REPLACE FUNCTION note_usage() RETURNS trigger
    LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO usage_records (owner_id, transformations, role, media_type, codec, width, height, seconds, bytes)
        SELECT video.owner_id, video.transformations, NEW.role, NEW.media_type, made.codec, made.width, made.height, made.seconds, made.bytes
        FROM videos video
        CROSS JOIN LATERAL (
            SELECT CASE split_part(rendition.codecs, '.', 1) WHEN 'avc1' THEN 'h264' WHEN 'mp4a' THEN 'aac' END AS codec,
                   rendition.width, rendition.height, sum(segment.seconds) AS seconds, sum(segment.bytes) AS bytes
            FROM renditions rendition
            JOIN segments segment ON segment.video_id = rendition.video_id AND segment.claim_token = rendition.claim_token
                                 AND segment.rendition = rendition.name
            WHERE right(NEW.object_key, 1) = '/'
              AND rendition.video_id = NEW.video_id
              AND rendition.claim_token = NEW.claim_token
            GROUP BY rendition.name, rendition.codecs, rendition.width, rendition.height
            UNION ALL
            SELECT CASE WHEN NEW.object_key = video.processed_key THEN video.media_info #>> '{result,video,codec}' END,
                   NEW.width, NEW.height, NEW.seconds, NEW.bytes
            WHERE right(NEW.object_key, 1) <> '/'
        ) made
        WHERE video.id = NEW.video_id;
        RETURN NULL;
    END
    $$;
