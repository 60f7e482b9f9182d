-- A job that its owner has cancelled; the original stays. A worker of an older version finds at its next heartbeat that the
-- claim is lost, and an older web shows the status as it is.
ALTER TABLE videos DROP CONSTRAINT videos_status_check;
ALTER TABLE videos ADD CONSTRAINT videos_status_check
    CHECK (status IN ('receiving', 'uploaded', 'processing', 'processed', 'failed', 'cancelled', 'deleting'));

ALTER TABLE videos ADD COLUMN cancelled_at timestamptz;

-- Takes the place of videos_to_sweep, which older versions still read: of a cancelled job, the first claim is a lost one.
CREATE INDEX videos_unswept ON videos (updated_at)
    WHERE (claims > 1 OR (claims > 0 AND status = 'cancelled')) AND outputs_swept_at IS NULL
      AND status IN ('processed', 'failed', 'cancelled');

-- Workers look once a second for those of their claims that were cancelled.
CREATE INDEX videos_of_claim ON videos (claim_token) WHERE claim_token IS NOT NULL;
