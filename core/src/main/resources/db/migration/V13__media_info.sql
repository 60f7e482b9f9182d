-- What people and programs are told of a video beside its state: null in rows of workers that did not write it yet.
--   media_info    what source and result are: {"source": {...}, "result": {...}}
--   warnings      what was done to the footage, or lacks in it, that its uploader may not expect: [{code, detail, values}]
--   error_values  the values that the sentence of a refusal names
ALTER TABLE videos
    ADD COLUMN media_info jsonb,
    ADD COLUMN warnings jsonb,
    ADD COLUMN error_values jsonb;
