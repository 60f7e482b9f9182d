-- What lists are searched and sorted by. A version of the app that does not know it is not disturbed.

-- A text for comparison, without case and accents: NFKD parts letters from their accents.
CREATE FUNCTION folded(value text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN lower(regexp_replace(normalize(value, NFKD), '[\u0300-\u036f]', '', 'g'));

-- What titles are sorted by. Cursors carry it, so it is short; titles that begin alike are sorted by their ids.
CREATE FUNCTION title_key(title text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN left(folded(title), 80);

-- An owner's list by title, in both directions. The order of bytes is the same on every server.
CREATE INDEX videos_of_owner_by_title ON videos (owner_id, (title_key(title)) COLLATE "C", id) WHERE uploaded_at IS NOT NULL;
