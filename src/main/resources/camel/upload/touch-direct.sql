-- An address is signed: the client continues with the upload. No row when it has ended.
-- :?idle_seconds = {{caravana.upload.idle}} as seconds
-- :?longest_seconds = {{caravana.upload.longest}} as seconds
-- A minute more than an address is valid.
-- :?put_seconds = 960 as integer
WITH touched AS (
    UPDATE uploads
    SET expires_at = least(
            now() + make_interval(secs => :?idle_seconds),
            created_at + make_interval(secs => :?longest_seconds)),
        sweep_again_at = CASE WHEN direct = 'put' THEN now() + make_interval(secs => :?put_seconds) END
    WHERE video_id = CAST(:?video_id AS uuid)
      AND ended IS NULL
      AND expires_at > now()
      AND received_bytes < bytes
    RETURNING video_id, expires_at
), kept AS (
    UPDATE videos
    SET expires_at = touched.expires_at
    FROM touched
    WHERE videos.id = touched.video_id
)
SELECT iso(expires_at) AS expires FROM touched
