INSERT INTO users (email, password_hash, first_name, last_name, city, country)
VALUES (:?email, :?password_hash, :?first_name, :?last_name, :?city, :?country)
ON CONFLICT (email) DO NOTHING
RETURNING id::text AS id, email
