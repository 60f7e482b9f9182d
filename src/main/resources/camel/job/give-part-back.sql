-- Another worker may begin the part at once. One that was given back since its worker stops was not tried.
-- :?is_stopping = false
UPDATE parts
SET part_state = 'waiting',
    claim_token = NULL,
    lease_until = NULL,
    attempts = attempts - CAST(CAST(:?is_stopping AS boolean) AS integer)
WHERE claim_token = CAST(:?claim_token AS uuid)
  AND part_state = 'running'
