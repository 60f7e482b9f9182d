UPDATE videos
SET status = 'deleting',
    updated_at = now()
WHERE status = 'receiving'
  AND expires_at < now()
