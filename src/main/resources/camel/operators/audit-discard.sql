-- :?reason = null
INSERT INTO audit (actor, act, video_id, message_id, detail)
VALUES (:?caller.id, 'discard', CAST(:?dead_letter.videoId AS uuid), :?dead_letter.messageId, :?reason)
