-- A video whose renditions can be played is news of its own, before the video is processed as a whole. Today one commit brings both: its
-- playlists are shown from then on. So that change has two events, and video.playable is the earlier one.
CREATE OR REPLACE FUNCTION number_event() RETURNS trigger
    LANGUAGE plpgsql AS $$
    DECLARE
        happened text := event_type_of(OLD, NEW);
    BEGIN
        IF happened IS NOT NULL THEN
            NEW.event_number := OLD.event_number + 1;
            NEW.event_type := happened;
            -- The renditions of the claim that commits were noted before.
            IF happened = 'video.processed'
                    AND EXISTS (SELECT FROM renditions WHERE video_id = NEW.id AND claim_token = OLD.claim_token) THEN
                NEW.event_number := NEW.event_number + 1;
            END IF;
        END IF;
        RETURN NEW;
    END
    $$;

CREATE OR REPLACE FUNCTION write_event() RETURNS trigger
    LANGUAGE plpgsql AS $$
    DECLARE
        written bigint;
        happened text;
    BEGIN
        FOR place IN OLD.event_number + 1 .. NEW.event_number LOOP
            happened := CASE WHEN place = NEW.event_number THEN NEW.event_type ELSE 'video.playable' END;
            INSERT INTO events (owner_id, subject, number, type, content)
            VALUES (NEW.owner_id, NEW.id, place, happened, event_content(NEW))
            RETURNING id INTO written;
            INSERT INTO webhook_deliveries (webhook_id, owner_id, event, subject, number)
            SELECT webhook.id, webhook.owner_id, written, NEW.id, place
            FROM webhooks webhook
            WHERE webhook.owner_id = NEW.owner_id
              AND webhook.enabled
              AND (webhook.types = '{}' OR happened = ANY (webhook.types));
        END LOOP;
        RETURN NULL;
    END
    $$;
