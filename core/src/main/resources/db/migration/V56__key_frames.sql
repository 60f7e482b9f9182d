-- What players fetch to show pictures while somebody seeks: of each segment its first frame, which needs no other.
--   key_bit_rate  bits per second of the first frames of segments, at most; null for sound, and where they are not known
--   key_bytes     of a segment, from its beginning to the end of its first frame; null as above, and for what initialises a decoder
ALTER TABLE renditions ADD COLUMN key_bit_rate bigint;
ALTER TABLE segments ADD COLUMN key_bytes bigint;
