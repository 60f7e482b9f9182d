WITH account AS (
    INSERT INTO users (email, password_hash, first_name, last_name, city, country)
    VALUES (:?account.email, :?account.password_hash, :?account.first_name, :?account.last_name, :?account.city, :?account.country)
    ON CONFLICT (email) DO NOTHING
    RETURNING id, email
), verification AS (
    INSERT INTO mails (owner_id, mail_kind, address, mail_language)
    SELECT id, 'verify', email, :?mail_language
    FROM account
    WHERE :?mailed
)
SELECT id::text AS id, email FROM account
