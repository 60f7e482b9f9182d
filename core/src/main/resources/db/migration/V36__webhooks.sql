-- Where programs of accounts want their events sent to. Like presets, webhooks belong to accounts that may have no row in users.
--   types            of events; empty for all
--   secret           by which calls are signed, encrypted; the one before it signs as well until previous_until
--   failing_since    the first failure after the last success
--   disabled_reason  why web has disabled it: failing or gone; null when its account has, or nobody
CREATE TABLE webhooks (
    id              uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
    owner_id        uuid        NOT NULL,
    url             text        NOT NULL,
    types           text[]      NOT NULL DEFAULT '{}',
    description     text,
    enabled         boolean     NOT NULL DEFAULT true,
    secret          text        NOT NULL,
    previous_secret text,
    previous_until  timestamptz,
    failing_since   timestamptz,
    disabled_reason text        CHECK (disabled_reason IN ('failing', 'gone')),
    created_at      timestamptz NOT NULL DEFAULT now(),
    updated_at      timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX webhooks_of_account ON webhooks (owner_id);

-- One event on its way to one webhook. Nothing is referenced, so that no change of a video waits for one of a webhook: rows of a
-- webhook that was deleted are swept.
--   event             of events
--   due_at            of one that waits: when it is tried next; of one that is being sent: when somebody else tries it, because who
--                     sends it is gone
--   claim_token       who sends it
--   first_attempt_at  null before, and once more after a replay
--   late              later events of its subject went before it, since it had failed for too long
CREATE TABLE webhook_deliveries (
    id               uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
    webhook_id       uuid        NOT NULL,
    owner_id         uuid        NOT NULL,
    event            bigint      NOT NULL,
    subject          uuid        NOT NULL,
    number           integer     NOT NULL,
    delivery_state   text        NOT NULL DEFAULT 'waiting' CHECK (delivery_state IN ('waiting', 'delivered', 'failed')),
    attempts         integer     NOT NULL DEFAULT 0,
    due_at           timestamptz NOT NULL DEFAULT now(),
    claim_token      uuid,
    first_attempt_at timestamptz,
    late             boolean     NOT NULL DEFAULT false,
    created_at       timestamptz NOT NULL DEFAULT now(),
    ended_at         timestamptz
);

CREATE UNIQUE INDEX webhook_deliveries_of_event ON webhook_deliveries (webhook_id, event);
CREATE INDEX webhook_deliveries_waiting ON webhook_deliveries (webhook_id, due_at) WHERE delivery_state = 'waiting';
CREATE INDEX webhook_deliveries_in_order ON webhook_deliveries (webhook_id, subject, number) WHERE delivery_state = 'waiting';
CREATE INDEX webhook_deliveries_running ON webhook_deliveries (webhook_id) WHERE claim_token IS NOT NULL;
CREATE INDEX webhook_deliveries_by_age ON webhook_deliveries (created_at);

-- What came of each try.
--   status  of the answer; null when there was none, and error says why
--   answer  how its body begins
CREATE TABLE webhook_attempts (
    delivery_id  uuid        NOT NULL REFERENCES webhook_deliveries ON DELETE CASCADE,
    at           timestamptz NOT NULL DEFAULT now(),
    status       integer,
    error        text,
    milliseconds integer     NOT NULL,
    answer       text
);

CREATE INDEX webhook_attempts_of_delivery ON webhook_attempts (delivery_id, at);

CREATE OR REPLACE FUNCTION write_event() RETURNS trigger
    LANGUAGE plpgsql AS $$
    DECLARE
        written bigint;
    BEGIN
        INSERT INTO events (owner_id, subject, number, type, content)
        VALUES (NEW.owner_id, NEW.id, NEW.event_number, NEW.event_type, event_content(NEW))
        RETURNING id INTO written;
        INSERT INTO webhook_deliveries (webhook_id, owner_id, event, subject, number)
        SELECT webhook.id, webhook.owner_id, written, NEW.id, NEW.event_number
        FROM webhooks webhook
        WHERE webhook.owner_id = NEW.owner_id
          AND webhook.enabled
          AND (webhook.types = '{}' OR NEW.event_type = ANY (webhook.types));
        RETURN NULL;
    END
    $$;

-- Makes room for a webhook, and returns its id, or null when the account has as many as it may. An account's requests wait for one
-- another, so that it never has more.
CREATE FUNCTION create_webhook(account uuid, address text, wanted text[], words text, kept_secret text, most integer) RETURNS uuid
    LANGUAGE plpgsql AS $$
    DECLARE
        created uuid;
    BEGIN
        PERFORM pg_advisory_xact_lock(hashtextextended('webhooks ' || account, 0));
        IF (SELECT count(*) FROM webhooks WHERE owner_id = account) < most THEN
            INSERT INTO webhooks (owner_id, url, types, description, secret)
            VALUES (account, address, wanted, words, kept_secret)
            RETURNING id INTO created;
        END IF;
        RETURN created;
    END
    $$;
