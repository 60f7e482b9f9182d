SELECT erase_rows(account_id)
FROM erasures
WHERE finished_at IS NULL
