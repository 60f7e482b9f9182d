-- The accounts that have work, those with the most seconds of it first, as JSON.
SELECT coalesce(json_agg(competing), '[]')::text AS items, count(*) AS number
FROM (SELECT owner_id AS account_id,
             email,
             weight,
             at_once,
             waiting,
             round(waiting_seconds::numeric, 1) AS waiting_seconds,
             running,
             round((virtual_time - (SELECT virtual_time FROM dispatch))::numeric, 1) AS ahead_seconds
      FROM shares
      LEFT JOIN users ON users.id = owner_id
      WHERE waiting > 0
         OR running > 0
      ORDER BY shares.waiting_seconds DESC, owner_id
      LIMIT 100) competing
