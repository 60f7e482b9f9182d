package caravana.web.schema;

import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.autoconfigure.flyway.FlywayMigrationStrategy;
import org.springframework.jdbc.datasource.DelegatingDataSource;
import org.springframework.stereotype.Component;

/**
 * Migrates the database to the schema of this version while nodes of the older version run. A statement may take as
 * long as a large table needs. But it waits for a lock at most two seconds, because all later statements wait behind
 * it. After that, it lets them pass, and tries again.
 */
@Component
class Migrations implements FlywayMigrationStrategy {

    private static final Logger log = LoggerFactory.getLogger(Migrations.class);
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final String LOCK_NOT_AVAILABLE = "55P03";

    private final HikariDataSource pool;

    Migrations(HikariDataSource pool) {
        this.pool = pool;
    }

    /**
     * @throws FlywayException when a migration fails, or gets no lock within two minutes; it is rolled back
     *     completely
     */
    @Override
    public void migrate(Flyway flyway) {
        Flyway patient = Flyway.configure()
                .configuration(flyway.getConfiguration())
                .dataSource(new PatientConnections(pool))
                .load();
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        try {
            while (!hasMigrated(patient, deadline)) {
                log.warn("Another transaction holds a lock that a migration needs; trying again");
            }
        } finally {
            // Only migrations use connections with a lock time-out.
            pool.getHikariPoolMXBean().softEvictConnections();
        }
    }

    private static boolean hasMigrated(Flyway flyway, long deadline) {
        try {
            flyway.migrate();
            return true;
        } catch (FlywayException e) {
            if (!isLocked(e) || System.nanoTime() > deadline) {
                throw e;
            }
            return false;
        }
    }

    private static boolean isLocked(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql && LOCK_NOT_AVAILABLE.equals(sql.getSQLState())) {
                return true;
            }
        }
        return false;
    }

    private static class PatientConnections extends DelegatingDataSource {

        PatientConnections(HikariDataSource pool) {
            super(pool);
        }

        @Override
        public Connection getConnection() throws SQLException {
            Connection connection = super.getConnection();
            try (Statement statement = connection.createStatement()) {
                connection.setNetworkTimeout(Runnable::run, 0);
                statement.execute("SET lock_timeout = '2s'");
                return connection;
            } catch (SQLException e) {
                connection.close();
                throw e;
            }
        }
    }
}
