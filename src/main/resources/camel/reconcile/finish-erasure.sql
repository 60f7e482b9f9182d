-- Of the account, its id stays where usage and acts of operators are counted.
WITH erased AS (
    UPDATE erasures
    SET finished_at = now(),
        account_id = NULL,
        videos = '{}'
    WHERE id = CAST(:?erasure_id AS uuid)
      AND finished_at IS NULL
    RETURNING id
), ended_uploads AS (
    DELETE FROM uploads WHERE owner_id = CAST(:?account_id AS uuid)
), ended_events AS (
    DELETE FROM events WHERE owner_id = CAST(:?account_id AS uuid)
)
DELETE FROM accounts WHERE id = CAST(:?account_id AS uuid)
