-- What operators did last, the newest first, as JSON.
SELECT coalesce(json_agg(acts), '[]')::text AS items, count(*) AS number
FROM (SELECT iso(at) AS at,
             actor,
             actor_email,
             act,
             video_id,
             message_id,
             detail
      FROM audit
      ORDER BY audit.at DESC, audit.id DESC
      LIMIT 200) acts
