SELECT users.id::text AS id
FROM mail_links
JOIN users ON users.id = mail_links.user_id AND users.email = mail_links.address
WHERE mail_links.hash = :?presented_hash
  AND mail_links.link_kind = 'reset'
  AND mail_links.expires_at > now()
  AND users.email = :?email
