package caravana.system.faults;

import caravana.test.Queues;
import caravana.test.Waits;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import software.amazon.awssdk.services.sqs.SqsClient;

/** Waits until all that a run has begun is over. */
public final class Quiet {

    private static final Duration LIMIT = Waits.LIMIT;

    /** What may become true. */
    interface Condition {
        boolean holds() throws SQLException;
    }

    private Quiet() {}

    /** Waits until no job waits or runs and the queue is empty; what is left after the limit, the invariants say. */
    public static void await(Cluster cluster) {
        try (SqsClient sqs = cluster.sqs()) {
            awaitTrue("all is quiet", () -> {
                cluster.supervise();
                return count(
                                        cluster,
                                        "SELECT count(*) FROM videos"
                                                + " WHERE status NOT IN ('processed', 'failed', 'cancelled')")
                                == 0
                        && Queues.count(sqs, cluster.setting("SQS_QUEUE_URL")) == 0;
            });
        } catch (IllegalStateException notQuiet) {
            System.out.println(notQuiet.getMessage());
        }
    }

    /** Waits until the reconciler has deleted the outputs of lost claims. */
    public static void awaitSwept(Cluster cluster) {
        awaitTrue(
                "the outputs of lost claims are swept",
                () -> count(
                                cluster,
                                "SELECT count(*) FROM videos WHERE outputs_swept_at IS NULL"
                                        + " AND (claims > 1 AND status IN ('processed', 'failed')"
                                        + " OR claims > 0 AND status = 'cancelled'"
                                        + " OR in_parts AND status IN ('processed', 'failed', 'cancelled'))")
                        == 0);
    }

    /** @throws IllegalStateException when it does not hold within the limit */
    static void awaitTrue(String what, Condition condition) {
        long deadline = System.nanoTime() + LIMIT.toNanos();
        while (true) {
            try {
                if (condition.holds()) {
                    return;
                }
            } catch (SQLException notNow) {
                System.out.println("waiting: " + notNow.getMessage());
            }
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException("Not within " + LIMIT + ": " + what);
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(200));
        }
    }

    static int count(Cluster cluster, String query) throws SQLException {
        return Integer.parseInt(cluster.query(query));
    }
}
