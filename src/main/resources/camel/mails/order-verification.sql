INSERT INTO mails (owner_id, mail_kind, address, mail_language)
VALUES (CAST(:?caller.id AS uuid), 'verify', :?order.email, :?order.language)
ON CONFLICT (owner_id, mail_kind) WHERE owner_id IS NOT NULL DO UPDATE
    SET address = excluded.address,
        mail_language = excluded.mail_language,
        attempts = 0,
        due_at = now(),
        claim_token = NULL,
        created_at = now()
