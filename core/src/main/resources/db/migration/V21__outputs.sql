-- The files of a result, written by the commit that makes the row processed. A claim that was lost has none here.
--   seconds, bit_rate  null for pictures
--   language           as BCP 47 has it; null for none
--   checked            what the worker compared before the commit, for people
CREATE TABLE outputs (
    video_id    uuid   NOT NULL REFERENCES videos ON DELETE CASCADE,
    claim_token uuid   NOT NULL,
    name        text   NOT NULL,
    role        text   NOT NULL,
    media_type  text   NOT NULL,
    object_key  text   NOT NULL UNIQUE,
    bytes       bigint NOT NULL CHECK (bytes >= 0),
    sha256      text   NOT NULL,
    width       integer,
    height      integer,
    seconds     double precision,
    bit_rate    bigint,
    language    text,
    checked     text   NOT NULL,
    PRIMARY KEY (video_id, claim_token, name)
);

-- The files that each video's row names. A worker of an older version names two by their keys alone, and may have
-- processed a video again whose earlier result has rows above.
CREATE VIEW video_outputs AS
SELECT output.video_id,
       output.name,
       output.role,
       output.media_type,
       output.object_key,
       output.bytes,
       output.width,
       output.height,
       output.seconds,
       output.object_key = video.processed_key AS main
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
       file.main
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

-- A video's files for its document: a JSON array, the main video first; null when it has none.
CREATE FUNCTION output_list(video uuid) RETURNS text
    LANGUAGE sql STABLE AS $$
        SELECT json_agg(json_build_object('name', name, 'role', role, 'media_type', media_type, 'key', object_key,
                                          'bytes', bytes, 'width', width, 'height', height, 'seconds', seconds)
                        ORDER BY main DESC, name)::text
        FROM video_outputs
        WHERE video_id = video;
    $$;
