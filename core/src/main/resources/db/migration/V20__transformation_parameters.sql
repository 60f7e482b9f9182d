-- What the transformations of a job are to do, beside their names: {"version": 1, "parameters": {name: {parameter: value}}}.
-- Null when none of them has parameters. The names stay alone in their column and in the message: older workers know these.
ALTER TABLE videos
    ADD COLUMN transformation_parameters jsonb;

ALTER TABLE uploads
    ADD COLUMN transformation_parameters jsonb;
