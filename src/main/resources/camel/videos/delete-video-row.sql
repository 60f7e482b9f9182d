WITH gone AS (
    DELETE FROM renditions
    USING videos video
    WHERE video.id = CAST(:?video_id AS uuid)
      AND video.status = 'deleting'
      AND renditions.video_id = video.id
)
DELETE FROM videos WHERE id = CAST(:?video_id AS uuid) AND status = 'deleting'
