-- Renditions of a video, cut into segments, for players that change between them. They are those of the claim whose output has the role
-- stream; the key of a segment is that output's key, which ends with a slash, the rendition's name, a slash, its number and .mp4.
-- A version that does not know segments cannot delete a video that has some, and leaves it to one that does.
--   width, height, frame_rate  null for sound
--   peak_bit_rate              of the segment that has the most bits per second
CREATE TABLE renditions (
    video_id         uuid   NOT NULL REFERENCES videos,
    claim_token      uuid   NOT NULL,
    name             text   NOT NULL,
    codecs           text   NOT NULL,
    width            integer,
    height           integer,
    frame_rate       double precision,
    peak_bit_rate    bigint NOT NULL,
    average_bit_rate bigint NOT NULL,
    PRIMARY KEY (video_id, claim_token, name)
);

--   number   0 for what initialises a decoder; the segments from 1 on
--   seconds  0 for what initialises a decoder
CREATE TABLE segments (
    video_id    uuid    NOT NULL,
    claim_token uuid    NOT NULL,
    rendition   text    NOT NULL,
    number      integer NOT NULL CHECK (number >= 0),
    seconds     double precision NOT NULL,
    bytes       bigint  NOT NULL,
    PRIMARY KEY (video_id, claim_token, rendition, number),
    FOREIGN KEY (video_id, claim_token, rendition) REFERENCES renditions ON DELETE CASCADE
);
