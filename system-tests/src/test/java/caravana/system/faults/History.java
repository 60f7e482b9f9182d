package caravana.system.faults;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Everything that ever happened to a row's state, written down by the database itself. */
public final class History {

    /**
     * One change of a row.
     *
     * @param oldToken the claim that held the row before; null for none
     */
    record Change(
            Instant at,
            String videoId,
            String oldStatus,
            String newStatus,
            int oldAttempts,
            int newAttempts,
            String oldToken,
            String newToken,
            String errorDetail) {

        /** Whether a claim ended without success in a way that counts as an attempt. */
        boolean costAnAttempt() {
            if (!oldStatus.equals("processing")) {
                return false;
            }
            return switch (newStatus) {
                case "uploaded" -> newAttempts == oldAttempts;
                case "processing" -> !oldToken.equals(newToken);
                case "failed" -> true;
                default -> false;
            };
        }
    }

    private static final String INSTALL = """
            CREATE TABLE IF NOT EXISTS fault_history (
                at timestamptz NOT NULL, id uuid NOT NULL, old_status text, new_status text NOT NULL,
                old_attempts integer, new_attempts integer, old_token uuid, new_token uuid, error_detail text);
            CREATE OR REPLACE FUNCTION fault_note() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF OLD.status <> NEW.status OR OLD.claim_token IS DISTINCT FROM NEW.claim_token THEN
                    INSERT INTO fault_history VALUES (clock_timestamp(), NEW.id, OLD.status, NEW.status,
                        OLD.attempts, NEW.attempts, OLD.claim_token, NEW.claim_token, NEW.error_detail);
                END IF;
                RETURN NULL;
            END $$;
            CREATE OR REPLACE TRIGGER fault_history AFTER UPDATE ON videos
                FOR EACH ROW EXECUTE FUNCTION fault_note();
            """;

    private History() {}

    /** Begins to write down. */
    public static void install(Connection database) throws SQLException {
        try (Statement statement = database.createStatement()) {
            statement.execute(INSTALL);
        }
    }

    /** All changes so far, oldest first. */
    static List<Change> read(Connection database) throws SQLException {
        List<Change> changes = new ArrayList<>();
        try (Statement statement = database.createStatement();
                ResultSet rows = statement.executeQuery("SELECT * FROM fault_history ORDER BY at")) {
            while (rows.next()) {
                changes.add(new Change(
                        rows.getTimestamp("at").toInstant(),
                        rows.getString("id"),
                        rows.getString("old_status"),
                        rows.getString("new_status"),
                        rows.getInt("old_attempts"),
                        rows.getInt("new_attempts"),
                        rows.getString("old_token"),
                        rows.getString("new_token"),
                        rows.getString("error_detail")));
            }
        }
        return changes;
    }
}
