DELETE FROM sessions
WHERE family IN (SELECT family FROM sessions WHERE hash = :?presented_hash)
