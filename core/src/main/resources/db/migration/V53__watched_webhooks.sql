-- Event streams tell of webhooks that were disabled. They look twice a second, so never through all events of an account.
CREATE INDEX events_of_disabled_webhooks ON events (owner_id, occurred_at) WHERE type = 'webhook.disabled';

-- What changed later than that is news for event streams. Nothing is missed when the last round (in milliseconds; null for
-- none) was long ago.
CREATE FUNCTION news_since(last_round bigint) RETURNS timestamptz
    LANGUAGE sql STABLE
    RETURN coalesce(to_timestamp(last_round / 1000.0), now()) - interval '30 s';
