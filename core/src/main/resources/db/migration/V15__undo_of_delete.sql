-- A deletion that can be undone for a while: in which state the video was, and until when. Null for uploads that were broken
-- off, and for what a version of the app deletes that does not know it: those go at once.
ALTER TABLE videos ADD COLUMN deleted_from text;
ALTER TABLE videos ADD COLUMN restorable_until timestamptz;
