package caravana.worker.job;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.autoconfigure.flyway.FlywayMigrationStrategy;
import org.springframework.stereotype.Component;

/**
 * Makes the worker wait until web has migrated the database to the version that it needs. The worker itself migrates
 * nothing.
 */
@Component
public class SchemaGate implements FlywayMigrationStrategy {

    private static final Logger log = LoggerFactory.getLogger(SchemaGate.class);
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final Duration PAUSE = Duration.ofMillis(500);

    /**
     * @throws IllegalStateException when the schema is still too old, or the database unavailable, after two
     *     minutes
     */
    @Override
    public void migrate(Flyway flyway) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        String told = null;
        for (String obstacle = obstacle(flyway); obstacle != null; obstacle = obstacle(flyway)) {
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException(obstacle);
            }
            if (!obstacle.equals(told)) {
                log.info("Waiting for the database: {}", obstacle);
                told = obstacle;
            }
            try {
                TimeUnit.MILLISECONDS.sleep(PAUSE.toMillis());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("Stopped while waiting for the database's schema", e);
            }
        }
    }

    /** Returns what prevents the start of this worker; null for nothing. */
    private static String obstacle(Flyway flyway) {
        try {
            return flyway.info().pending().length == 0
                    ? null
                    : "its schema is older than this worker needs; start a web app of this version, which "
                            + "migrates it";
        } catch (FlywayException away) {
            return away.getMessage();
        }
    }
}
