-- The language of a file, as BCP 47 has it, for the video's document. output_list stays as it is: a web node of an older version
-- reads it, and knows no more fields.
CREATE OR REPLACE VIEW video_outputs AS
SELECT output.video_id,
       output.name,
       output.role,
       output.media_type,
       output.object_key,
       output.bytes,
       output.width,
       output.height,
       output.seconds,
       output.object_key = video.processed_key AS main,
       output.language
FROM videos video
JOIN outputs clip ON clip.video_id = video.id AND clip.object_key = video.processed_key
JOIN outputs output ON output.video_id = video.id AND output.claim_token = clip.claim_token
UNION ALL
SELECT video.id,
       regexp_replace(file.object_key, '^.*/', ''),
       file.role,
       file.media_type,
       file.object_key,
       CASE WHEN file.main THEN CAST(video.media_info #>> '{result,bytes}' AS bigint) END,
       CASE WHEN file.main THEN CAST(video.media_info #>> '{result,video,width}' AS integer) END,
       CASE WHEN file.main THEN CAST(video.media_info #>> '{result,video,height}' AS integer) END,
       CASE WHEN file.main THEN CAST(video.media_info #>> '{result,duration_seconds}' AS double precision) END,
       file.main,
       NULL
FROM videos video
CROSS JOIN LATERAL (VALUES
    (video.processed_key, 'video', 'video/mp4', true),
    (video.poster_key, 'poster', 'image/jpeg', false)
) AS file (object_key, role, media_type, main)
WHERE file.object_key IS NOT NULL
  AND NOT EXISTS (
      SELECT 1
      FROM outputs clip
      WHERE clip.video_id = video.id AND clip.object_key = video.processed_key
  );

-- A video's files for its document: a JSON array, the main video first; null when it has none. Fields may be added:
-- a reader ignores those that it does not know.
CREATE FUNCTION output_documents(video uuid) RETURNS text
    LANGUAGE sql STABLE AS $$
        SELECT json_agg(json_build_object('name', name, 'role', role, 'media_type', media_type, 'key', object_key,
                                          'bytes', bytes, 'width', width, 'height', height, 'seconds', seconds,
                                          'language', language)
                        ORDER BY main DESC, name)::text
        FROM video_outputs
        WHERE video_id = video;
    $$;
