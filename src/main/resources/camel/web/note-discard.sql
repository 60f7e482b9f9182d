INSERT INTO audit (actor, act, video_id, message_id, detail) VALUES (:?actor, 'discard', CAST(:?video_id AS uuid), :?message_id, :?reason) RETURNING id, at
