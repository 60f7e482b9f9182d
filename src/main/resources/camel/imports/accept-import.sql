-- Accepts what was fetched, unless somebody else has taken the import over, or it has ended.
WITH held AS (
    SELECT video_id, upload
    FROM imports
    WHERE video_id = CAST(:?video_id AS uuid)
      AND claim_token = CAST(:?claim_token AS uuid)
      AND import_state = 'waiting'
    FOR UPDATE
), accepted AS (
    UPDATE videos
    SET status = 'uploaded',
        title = upload ->> 'title',
        original_name = upload ->> 'original_name',
        original_bytes = :?attempt.bytes,
        transformations = CAST(upload ->> 'transformations' AS jsonb),
        transformation_parameters = CAST(upload ->> 'transformation_parameters' AS jsonb),
        announced_sha256 = upload ->> 'announced_sha256',
        reference = upload ->> 'reference',
        metadata = CAST(upload ->> 'video_metadata' AS jsonb),
        priority = CAST(upload ->> 'priority' AS smallint),
        uploaded_at = now(),
        not_before = now(),
        updated_at = now()
    FROM held
    WHERE id = held.video_id
      AND status = 'receiving'
    RETURNING id, job_message(videos) AS job_message
)
UPDATE imports
SET import_state = 'accepted',
    headers = NULL,
    claim_token = NULL,
    error_code = NULL,
    error_detail = NULL,
    received_bytes = :?attempt.bytes,
    ended_at = now()
FROM accepted
WHERE video_id = accepted.id
RETURNING job_message
