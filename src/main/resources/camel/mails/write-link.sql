-- Writes the link of a mail in place of the one before it, and returns who gets the mail; no row when nobody does, or somebody else has
-- taken it over. Links to verify an address live longest: they give nobody anything.
-- :?link_seconds = {{caravana.mail.link-life}} as seconds
-- :?verification_seconds = {{caravana.mail.verification-life}} as seconds
WITH letter AS (
    SELECT mails.kind, mails.address, mails.language, users.id AS user_id
    FROM mails
    JOIN users ON CASE WHEN mails.kind = 'reset' THEN users.email = mails.address ELSE users.id = mails.owner_id END
    WHERE mails.id = CAST(:?mail.mail_id AS uuid)
      AND mails.claim_token = CAST(:?claim_token AS uuid)
      AND (mails.kind <> 'verify' OR users.email = mails.address AND users.verified_at IS NULL)
), link AS (
    INSERT INTO mail_links (hash, user_id, kind, address, expires_at)
    SELECT :?link_hash,
           user_id,
           kind,
           address,
           now() + make_interval(secs => CASE WHEN kind = 'verify' THEN :?verification_seconds ELSE :?link_seconds END)
    FROM letter
    WHERE kind <> 'notice'
    ON CONFLICT (user_id, kind) DO UPDATE
        SET hash = excluded.hash,
            address = excluded.address,
            created_at = now(),
            expires_at = excluded.expires_at
)
SELECT kind, address, language FROM letter
