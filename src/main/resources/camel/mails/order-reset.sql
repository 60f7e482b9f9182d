INSERT INTO mails (kind, address, language)
VALUES ('reset', :?order.email, :?order.language)
ON CONFLICT (address) WHERE kind = 'reset' DO UPDATE
    SET language = excluded.language,
        attempts = 0,
        due_at = now(),
        claim_token = NULL,
        created_at = now()
