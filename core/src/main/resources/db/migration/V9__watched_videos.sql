-- What the event streams of an account are about, latest change first: twice a second, so never all videos that it has.
CREATE INDEX videos_of_owner_unfinished ON videos (owner_id, updated_at DESC) WHERE status IN ('uploaded', 'processing');
CREATE INDEX videos_of_owner_by_change ON videos (owner_id, updated_at DESC);
