-- What came of a try that failed; nothing when somebody else has taken the import over, or it has ended.
UPDATE imports
SET import_state = :?attempt.import_state,
    headers = CASE WHEN :?attempt.import_state = 'waiting' THEN headers END,
    received_bytes = :?attempt.bytes,
    error_code = :?attempt.error_code,
    error_detail = :?attempt.error_detail,
    due_at = now() + make_interval(secs => :?attempt.delay),
    claim_token = NULL,
    ended_at = CASE WHEN :?attempt.import_state <> 'waiting' THEN now() END
WHERE video_id = CAST(:?video_id AS uuid)
  AND claim_token = CAST(:?claim_token AS uuid)
  AND import_state = 'waiting'
