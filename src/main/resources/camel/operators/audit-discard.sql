-- :?reason = null
INSERT INTO audit (actor, act, video_id, message_id, detail)
VALUES (:?caller.id, 'discard', CAST(:?letter.videoId AS uuid), :?letter.messageId, :?reason)
