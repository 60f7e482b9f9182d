-- Writes the link of a mail in place of the one before it, and returns who gets the mail; no row when nobody does, or somebody else has
-- taken it over. Links to verify an address live longest: they give nobody anything.
-- :?link_seconds = {{caravana.mail.link-life}} as seconds
-- :?verification_seconds = {{caravana.mail.verification-life}} as seconds
WITH letter AS (
    SELECT mails.mail_kind, mails.address, mails.mail_language, users.id AS user_id
    FROM mails
    JOIN users ON users.id = coalesce(mails.owner_id, (SELECT known.id FROM users known WHERE known.email = mails.address))
    WHERE mails.id = CAST(:?mail.mail_id AS uuid)
      AND mails.claim_token = CAST(:?claim_token AS uuid)
      AND (mails.mail_kind <> 'verify' OR users.email = mails.address AND users.verified_at IS NULL)
), link AS (
    INSERT INTO mail_links (hash, user_id, link_kind, address, expires_at)
    SELECT :?link_hash,
           user_id,
           mail_kind,
           address,
           now() + CASE WHEN mail_kind = 'verify'
                        THEN make_interval(secs => :?verification_seconds)
                        ELSE make_interval(secs => :?link_seconds) END
    FROM letter
    WHERE mail_kind <> 'notice'
    ON CONFLICT (user_id, link_kind) DO UPDATE
        SET hash = excluded.hash,
            address = excluded.address,
            created_at = now(),
            expires_at = excluded.expires_at
)
SELECT mail_kind, address, mail_language FROM letter
