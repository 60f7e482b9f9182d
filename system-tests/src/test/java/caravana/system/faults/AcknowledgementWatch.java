package caravana.system.faults;

import caravana.test.Queues;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.sqs.SqsClient;

/**
 * Looks at every acknowledgement before it reaches the queue: by then the row must be done, owned or gone, or a copy
 * or a dead letter was sent. Owned means at some time since the message was received: its worker may have seen the owner then, and
 * repeat the acknowledgement while SQS is out, until that owner's lease has ended. One that finds its video given back in that very
 * moment may send the copy right after. A message that served another video than it names may also go while there are as many others
 * as units of work: then none lacks one.
 */
public final class AcknowledgementWatch {

    private static final String STATE =
            "SELECT status, coalesce(lease_until >= ?, false) AS owned FROM videos WHERE id = CAST(? AS uuid)";

    /** Each needs a message; those that were never sent are the reconciler's. */
    private static final String UNITS =
            "SELECT count(*) FROM work JOIN videos ON videos.id = video_id WHERE published_at IS NOT NULL";

    private static final Duration RIGHT_AFTER = Duration.ofSeconds(2);

    private record Suspicion(SqsObserver.Delivery delivery, Instant at, String what) {}

    private final Cluster cluster;
    private final ObjectMapper json = new ObjectMapper();
    private final Queue<SqsObserver.Delivery> unchecked = new ConcurrentLinkedQueue<>();
    private final Queue<Suspicion> suspicions = new ConcurrentLinkedQueue<>();
    private final AtomicInteger seen = new AtomicInteger();

    /** Looks at those of a cluster from now on. */
    public AcknowledgementWatch(Cluster cluster) {
        this.cluster = cluster;
        cluster.observer().onDelete(this::acknowledged);
    }

    private void acknowledged(SqsObserver.Delivery delivery) {
        seen.incrementAndGet();
        try (Connection database = cluster.database()) {
            check(delivery, database);
        } catch (SQLException away) {
            // The database is one of the systems that are taken away: asked again when it is back.
            unchecked.add(delivery);
        }
    }

    private void check(SqsObserver.Delivery delivery, Connection database) throws SQLException {
        Optional<String> videoId = videoId(delivery.messageBody());
        String wrong = videoId.isPresent() ? stateNotDone(videoId.get(), delivery.receivedAt(), database) : "is poison";
        if (wrong != null && !othersAreEnough(videoId.isPresent(), database)) {
            suspicions.add(new Suspicion(delivery, Instant.now(), wrong));
        }
    }

    private boolean othersAreEnough(boolean isJob, Connection database) throws SQLException {
        if (!isJob) {
            return false;
        }
        try (Statement statement = database.createStatement();
                ResultSet units = statement.executeQuery(UNITS);
                SqsClient sqs = cluster.sqs()) {
            units.next();
            return Queues.count(sqs, cluster.setting("SQS_QUEUE_URL")) - 1 >= units.getInt(1);
        } catch (SdkException away) {
            return false;
        }
    }

    private Optional<String> videoId(String body) {
        try {
            JsonNode message = json.readTree(body);
            String id = message == null ? "" : message.path("video_id").asText();
            return id.length() == 36 ? Optional.of(id) : Optional.empty();
        } catch (JsonProcessingException poison) {
            return Optional.empty();
        }
    }

    /** What is wrong with acknowledging now; null when nothing is. */
    private static String stateNotDone(String videoId, Instant receivedAt, Connection database) throws SQLException {
        try (PreparedStatement statement = database.prepareStatement(STATE)) {
            statement.setTimestamp(1, Timestamp.from(receivedAt));
            statement.setString(2, videoId);
            try (ResultSet row = statement.executeQuery()) {
                if (!row.next()) {
                    return null;
                }
                String status = row.getString("status");
                boolean fine =
                        switch (status) {
                            case "processed", "failed", "cancelled", "deleting" -> true;
                            case "processing" -> row.getBoolean("owned");
                            default -> false;
                        };
                return fine ? null : "is " + status;
            }
        }
    }

    /** How many acknowledgements there were. */
    public int seen() {
        return seen.get();
    }

    /** All violations, those included that could not be checked while the database was unavailable. */
    public List<String> violations() throws SQLException {
        try (Connection database = cluster.database()) {
            for (SqsObserver.Delivery delivery = unchecked.poll(); delivery != null; delivery = unchecked.poll()) {
                check(delivery, database);
            }
        }
        return suspicions.stream()
                .filter(suspicion -> !cluster.observer()
                        .sentBetween(
                                suspicion.delivery().messageBody(),
                                suspicion.delivery().receivedAt(),
                                suspicion.at().plus(RIGHT_AFTER)))
                .map(suspicion -> suspicion.delivery().messageBody() + ": acknowledged though its row "
                        + suspicion.what() + ", and nothing was sent")
                .toList();
    }
}
