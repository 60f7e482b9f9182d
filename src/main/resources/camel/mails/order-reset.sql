INSERT INTO mails (mail_kind, address, mail_language)
VALUES ('reset', :?order.email, :?order.language)
ON CONFLICT (address) WHERE mail_kind = 'reset' DO UPDATE
    SET mail_language = excluded.mail_language,
        attempts = 0,
        due_at = now(),
        claim_token = NULL,
        created_at = now()
