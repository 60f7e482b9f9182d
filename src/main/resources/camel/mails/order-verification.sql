INSERT INTO mails (owner_id, kind, address, language)
VALUES (CAST(:?caller.id AS uuid), 'verify', :?order.email, :?order.language)
ON CONFLICT (owner_id, kind) WHERE owner_id IS NOT NULL DO UPDATE
    SET address = excluded.address,
        language = excluded.language,
        attempts = 0,
        due_at = now(),
        claim_token = NULL,
        created_at = now()
