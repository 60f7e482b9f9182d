package caravana.web.credential;

import com.zaxxer.hikari.HikariDataSource;
import jakarta.annotation.PreDestroy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.postgresql.PGConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * Learns within about a second that any node has changed a key or an account: one thread listens to the notifications
 * of database triggers, on a separate connection.
 *
 * <p>Remembered keys and accounts are used only if there was no notification since they were read, and if the
 * connection has answered within the last second. So when the connection is lost or silent, each request costs a query,
 * and no revoked credential is accepted.
 */
@Component
public class CredentialChanges {

    private static final Logger log = LoggerFactory.getLogger(CredentialChanges.class);

    /** The milliseconds that the thread waits for a notification before it checks the connection. */
    private static final int LISTEN_MILLIS = 200;

    private static final int ANSWER_SECONDS = 1;
    private static final long TRUST_NANOS = Duration.ofSeconds(1).toNanos();
    private static final long PAUSE_NANOS = Duration.ofMillis(500).toNanos();

    private final HikariDataSource database;
    private final Thread listener;

    private volatile long changes;
    private volatile long answeredAt = System.nanoTime() - 2 * TRUST_NANOS;
    private volatile boolean stopping;

    CredentialChanges(HikariDataSource database) {
        this.database = database;
        this.listener = new Thread(this::listen, "credential-changes");
        listener.setDaemon(true);
        listener.start();
    }

    /** Returns a number that grows with each change. Call it before reading what is to be remembered. */
    long count() {
        return changes;
    }

    /**
     * Returns whether remembered data is certainly still current.
     *
     * @param count the result of {@link #count} before the data was read
     */
    boolean isUnchangedSince(long count) {
        return count == changes && System.nanoTime() - answeredAt < TRUST_NANOS;
    }

    private void listen() {
        boolean failing = false;
        while (!stopping) {
            try {
                Connection connection = database.getConnection();
                try {
                    begin(connection);
                    failing = false;
                    while (!stopping) {
                        hear(connection);
                    }
                } finally {
                    // It never returns to the pool, where its next user would also listen.
                    database.evictConnection(connection);
                }
            } catch (SQLException unavailable) {
                if (!failing && !stopping) {
                    log.warn(
                            "Changes of credentials cannot be received; each request reads keys and accounts from the database: {}",
                            unavailable.getMessage());
                }
                failing = true;
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
    }

    private void begin(Connection connection) throws SQLException {
        long asked = System.nanoTime();
        try (Statement statement = connection.createStatement()) {
            // The name of the connection in pg_stat_activity.
            statement.execute("SET application_name = 'caravana credentials'");
            statement.execute("LISTEN credentials");
        }
        // Earlier notifications may have been missed.
        changed();
        answeredAt = asked;
    }

    private void hear(Connection connection) throws SQLException {
        PGConnection driver = connection.unwrap(PGConnection.class);
        boolean heard = driver.getNotifications(LISTEN_MILLIS).length > 0;
        long asked = System.nanoTime();
        if (!connection.isValid(ANSWER_SECONDS)) {
            throw new SQLException("The database does not answer on the connection that listens");
        }
        // Notifications that have arrived already, without waiting.
        heard |= driver.getNotifications().length > 0;
        if (heard) {
            changed();
        }
        answeredAt = asked;
    }

    /** Called only by the listening thread. */
    private void changed() {
        changes = changes + 1;
    }

    @PreDestroy
    void stop() throws InterruptedException {
        stopping = true;
        LockSupport.unpark(listener);
        listener.join(Duration.ofSeconds(2 * ANSWER_SECONDS).toMillis());
    }
}
