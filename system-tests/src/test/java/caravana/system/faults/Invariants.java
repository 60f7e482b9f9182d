package caravana.system.faults;

import caravana.system.Videos;
import caravana.test.Queues;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.S3Object;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.Message;

/** What has to hold when a run is over and all is quiet. Each check gives the violations that it found. */
public final class Invariants {

    private record Row(String id, String status, String errorCode, boolean retryable, String processedKey) {}

    private final Cluster cluster;
    private final Map<String, Row> rows = new HashMap<>();
    private final Set<String> named = new HashSet<>();
    private final List<History.Change> history;

    /** Reads what the database has now. */
    public Invariants(Cluster cluster) throws SQLException {
        this.cluster = cluster;
        try (Connection database = cluster.database();
                Statement statement = database.createStatement();
                ResultSet row = statement.executeQuery("SELECT * FROM videos")) {
            while (row.next()) {
                Row read = new Row(
                        row.getString("id"),
                        row.getString("status"),
                        row.getString("error_code"),
                        row.getBoolean("retryable"),
                        row.getString("processed_key"));
                rows.put(read.id(), read);
                named.add(row.getString("original_key"));
                named.add(read.processedKey());
                named.add(row.getString("poster_key"));
            }
            history = History.read(database);
        }
        named.remove(null);
    }

    /** 1: good inputs are processed, and only planted ones fail. */
    public List<String> everyAcceptedInputEndsAsItHasTo(Map<String, Expectation> expected, boolean healed) {
        List<String> violations = new ArrayList<>();
        Map<String, Integer> found = new TreeMap<>();
        expected.forEach((id, expectation) -> {
            Row row = rows.get(id);
            String state = row == null ? "gone" : row.status() + (row.errorCode() == null ? "" : "/" + row.errorCode());
            found.merge(expectation + " → " + state, 1, Integer::sum);
            String wanted =
                    switch (expectation) {
                        case PROCESSED, PROCESSED_BY_FFMPEG, PROCESSED_IN_PARTS, PROCESSED_AGAIN -> "processed";
                        case CANCELLED -> "cancelled";
                        case REJECTED -> "failed/not_a_video";
                        case GIVEN_UP -> "failed/attempts_exhausted";
                        case HEALED -> healed ? "processed" : "failed/attempts_exhausted";
                        case GONE -> "gone";
                    };
            if (!state.equals(wanted)) {
                violations.add(id + " is " + state + " and not " + wanted);
            }
        });
        System.out.println("expected and found: " + found);
        return violations;
    }

    /** 2: nothing is left half-way. */
    public List<String> nothingIsLeftHalfWay() {
        return rows.values().stream()
                .filter(row -> !Set.of("processed", "failed", "cancelled").contains(row.status()))
                .map(Row::toString)
                .toList();
    }

    /** 3: results are there, whole, and committed by exactly one claim of each job. */
    public List<String> everyResultIsWholeAndCommittedOnce(Map<String, Expectation> expected, byte[] stubsResult) {
        Map<String, Long> commits = new HashMap<>();
        history.stream()
                .filter(change -> change.newStatus().equals("processed")
                        && !change.oldStatus().equals("processed"))
                .forEach(change -> commits.merge(change.videoId(), 1L, Long::sum));
        List<String> violations = new ArrayList<>();
        try (S3Client s3 = cluster.s3()) {
            for (Row row : rows.values()) {
                if (!row.status().equals("processed")) {
                    continue;
                }
                long most = expected.get(row.id()) == Expectation.PROCESSED_AGAIN ? 2 : 1;
                long times = commits.getOrDefault(row.id(), 0L);
                if (times < 1 || times > most) {
                    violations.add(row.id() + " was committed " + times + " times");
                }
                Optional<byte[]> object = object(s3, row.processedKey());
                boolean whole = object.isPresent() && isWhole(expected.get(row.id()), object.get(), stubsResult);
                if (!whole) {
                    violations.add(row.id() + ": its object is " + (object.isPresent() ? "not whole" : "missing"));
                }
            }
        }
        return violations;
    }

    /** @param expectation null when the answer to the upload was lost */
    private boolean isWhole(Expectation expectation, byte[] object, byte[] stubsResult) {
        if (expectation == null) {
            return Stream.of(Expectation.PROCESSED, Expectation.PROCESSED_BY_FFMPEG, Expectation.PROCESSED_IN_PARTS)
                    .anyMatch(any -> isWhole(any, object, stubsResult));
        }
        return switch (expectation) {
            case PROCESSED_BY_FFMPEG -> isClip(object, 1280, 1, Integer.MAX_VALUE);
            case PROCESSED_IN_PARTS ->
                isClip(object, FfmpegStub.LONG_WIDTH, FfmpegStub.LONG_FRAMES, FfmpegStub.LONG_FRAMES);
            default -> Arrays.equals(object, stubsResult);
        };
    }

    private boolean isClip(byte[] object, int width, int leastFrames, int mostFrames) {
        try {
            Path file = Files.write(cluster.folder().resolve("result-to-probe.mp4"), object);
            JsonNode stream = Videos.probe(file).at("/streams/0");
            int frames = stream.path("nb_frames").asInt();
            return stream.path("width").asInt() == width && frames >= leastFrames && frames <= mostFrames;
        } catch (IOException | InterruptedException | AssertionError unreadable) {
            return false;
        }
    }

    private Optional<byte[]> object(S3Client s3, String key) {
        try {
            return Optional.of(
                    s3.getObjectAsBytes(g -> g.bucket(bucket()).key(key)).asByteArray());
        } catch (NoSuchKeyException missing) {
            return Optional.empty();
        }
    }

    /** 4: no object without a row. */
    public List<String> noObjectIsLeftThatNoRowNames() {
        try (S3Client s3 = cluster.s3()) {
            return s3.listObjectsV2Paginator(l -> l.bucket(bucket())).contents().stream()
                    .map(S3Object::key)
                    .filter(key -> !named.contains(key))
                    .toList();
        }
    }

    /** 6: what failed permanently has a dead letter, and every dead letter is about somebody, or poison. */
    public List<String> deadLettersAndGivenUpRowsBelongTogether() {
        List<Message> letters = deadLetters();
        Map<String, Integer> perVideo = new HashMap<>();
        List<String> violations = new ArrayList<>();
        int poison = 0;
        for (Message letter : letters) {
            Optional<String> id = videoId(letter.body());
            var code = letter.messageAttributes().get("code");
            if (code != null && code.stringValue().equals("poison_message")) {
                poison++;
            } else if (id.isPresent() && rows.containsKey(id.get())) {
                perVideo.merge(id.get(), 1, Integer::sum);
            } else {
                violations.add("A dead letter names no row and is no poison: " + letter.body());
            }
        }
        rows.values().stream()
                .filter(row -> row.status().equals("failed") && row.retryable() && !perVideo.containsKey(row.id()))
                .forEach(row -> violations.add(row.id() + " failed after its last attempt without a dead letter"));
        int more = perVideo.values().stream().mapToInt(n -> n - 1).sum();
        System.out.println("dead letters: " + letters.size() + ", of which poison " + poison + ", duplicates " + more);
        return violations;
    }

    private List<Message> deadLetters() {
        try (SqsClient sqs = cluster.sqs()) {
            return Queues.receiveAll(sqs, cluster.setting("SQS_DLQ_URL"));
        }
    }

    private static Optional<String> videoId(String body) {
        try {
            return Optional.of(
                    new ObjectMapper().readTree(body).path("video_id").asText());
        } catch (JsonProcessingException poison) {
            return Optional.empty();
        }
    }

    /**
     * 7: how many attempts each outage cost each job. An attempt counts for the last outage that began before its end,
     * unless its worker was killed or frozen, or its tool was made to die.
     */
    List<String> noOutageCostAJobMoreThanOneAttempt(
            List<Outage> outages, Set<String> lostClaims, Map<String, Expectation> expected) {
        Map<String, List<String>> costs = new HashMap<>();
        int unexplained = 0;
        for (History.Change change : history) {
            boolean toldToDie = expected.get(change.videoId()) == Expectation.GIVEN_UP
                    || expected.get(change.videoId()) == Expectation.HEALED
                    || expected.get(change.videoId()) == Expectation.REJECTED;
            if (!change.costAnAttempt() || lostClaims.contains(change.oldToken()) || toldToDie) {
                continue;
            }
            Optional<Outage> cause = outages.stream()
                    .filter(outage -> outage.from().isBefore(change.at()))
                    .max(Comparator.comparing(Outage::from));
            if (cause.isEmpty()) {
                unexplained++;
                continue;
            }
            costs.computeIfAbsent(
                            change.videoId() + " by the outage of "
                                    + cause.get().system() + " at "
                                    + cause.get().from(),
                            none -> new ArrayList<>())
                    .add(change.at() + " " + change.errorDetail());
        }
        int cost = costs.values().stream().mapToInt(List::size).sum();
        System.out.println("attempts that outages cost: " + cost + "; before any outage: " + unexplained);
        return costs.entrySet().stream()
                .filter(e -> e.getValue().size() > 1)
                .map(e -> e.getKey() + ": " + e.getValue())
                .toList();
    }

    /** 8: no tool and no folder outlives its worker. */
    public List<String> nothingOutlivesItsWorker(List<String> outlived) {
        List<String> violations = new ArrayList<>(outlived);
        String folder = cluster.folder().toString();
        ProcessHandle.allProcesses()
                .filter(p -> p.info()
                        .commandLine()
                        .filter(line -> line.contains(folder))
                        .isPresent())
                .filter(p -> p.info()
                        .commandLine()
                        .filter(line -> line.contains("video.mp4"))
                        .isPresent())
                .forEach(p -> violations.add(
                        "a tool still runs: " + p.info().commandLine().orElse("")));
        cluster.workers().stream()
                .filter(worker -> !worker.claims().isEmpty())
                .forEach(worker -> violations.add("folders " + worker.claims() + " in " + worker.workFolder()));
        return violations;
    }

    private String bucket() {
        return Objects.requireNonNull(cluster.setting("S3_BUCKET"));
    }
}
