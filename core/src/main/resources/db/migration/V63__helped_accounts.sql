-- Parts that workers encode for the job of another worker: each is a unit of work that runs for its account, besides those that
-- shares.running counts.
CREATE VIEW helped_accounts (owner_id, units) AS
SELECT work.owner_id, count(*)
FROM parts
JOIN work ON work.video_id = parts.video_id
WHERE parts.part_state = 'running'
  AND parts.claim_token <> parts.job_token
  AND parts.lease_until > now()
GROUP BY work.owner_id;
