-- An account's place in the queue goes with the account, and its units with its videos. A migration of its own, since both
-- the queue and erasure are new.
CREATE OR REPLACE VIEW account_data (name, owner_column, kept) AS
    VALUES ('accounts', 'id', false),
           ('account_months', 'owner_id', true),
           ('account_quotas', 'owner_id', false),
           ('api_keys', 'owner_id', false),
           ('assets', 'owner_id', false),
           ('audit', 'actor', true),
           ('erasures', 'account_id', false),
           ('events', 'owner_id', false),
           ('exports', 'owner_id', false),
           ('presets', 'owner_id', false),
           ('process_requests', 'owner_id', false),
           ('sessions', 'user_id', false),
           ('shares', 'owner_id', false),
           ('upload_keys', 'owner_id', false),
           ('uploads', 'owner_id', false),
           ('users', 'id', false),
           ('videos', 'owner_id', false),
           ('webhook_deliveries', 'owner_id', false),
           ('webhooks', 'owner_id', false),
           ('work', 'owner_id', false);

CREATE FUNCTION forget_share() RETURNS trigger
    LANGUAGE plpgsql AS $$
    BEGIN
        DELETE FROM shares WHERE owner_id = OLD.id;
        RETURN NULL;
    END
    $$;

CREATE TRIGGER shares_go_with_their_account
    AFTER DELETE ON accounts
    FOR EACH ROW
    EXECUTE FUNCTION forget_share();
