-- No row when the password was no longer the one that was checked.
WITH account AS (
    SELECT id, email
    FROM users
    WHERE id = CAST(:?caller.id AS uuid)
      AND password_hash = :?account.password_hash
), ended AS (
    DELETE FROM mail_links
    WHERE user_id IN (SELECT id FROM account)
      AND link_kind = 'change'
), ordered AS (
    INSERT INTO mails (owner_id, mail_kind, address, mail_language)
    SELECT id, 'change', :?order.email, :?order.language FROM account
    UNION ALL
    SELECT id, 'notice', email, :?order.language FROM account
    ON CONFLICT (owner_id, mail_kind) WHERE owner_id IS NOT NULL DO UPDATE
        SET address = excluded.address,
            mail_language = excluded.mail_language,
            attempts = 0,
            due_at = now(),
            claim_token = NULL,
            created_at = now()
)
SELECT id::text AS id FROM account
