package caravana.system.faults;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.sqs.SqsClient;

/**
 * The uploads of a run, on a thread of their own, as many as keep the workers busy: mostly good videos, some planted
 * that have to fail, some cancelled, deleted or processed again, and for some of them more messages than one, early and late.
 */
final class Traffic implements Runnable {

    private static final long PAUSE_NANOS = 50_000_000;

    /** Time enough for most of them to run by then. */
    private static final long CHANGE_AFTER_NANOS = 3_000_000_000L;

    private static final Set<Expectation> CHANGED =
            EnumSet.of(Expectation.CANCELLED, Expectation.PROCESSED_AGAIN, Expectation.GONE);

    private record Change(String videoId, Expectation kind, long due) {}

    private final Cluster cluster;
    private final FfmpegStub stub;
    private final Random random;
    private final int goodJobs;
    private final int backlog;
    private final Uploads uploads = new Uploads();
    private final Map<String, Expectation> expected = new ConcurrentHashMap<>();
    private final Map<Expectation, AtomicInteger> accepted = new EnumMap<>(Expectation.class);
    private final AtomicInteger refused = new AtomicInteger();
    private final AtomicInteger duplicates = new AtomicInteger();
    private final AtomicInteger poison = new AtomicInteger();
    private final Deque<Change> changes = new ArrayDeque<>();
    private volatile boolean more = true;

    /** @param backlog how many unfinished videos there are at least, as long as it runs */
    Traffic(Cluster cluster, FfmpegStub stub, long seed, int goodJobs, int backlog) {
        this.cluster = cluster;
        this.stub = stub;
        this.random = new Random(seed);
        this.goodJobs = goodJobs;
        this.backlog = backlog;
        for (Expectation expectation : Expectation.values()) {
            accepted.put(expectation, new AtomicInteger());
        }
    }

    /** Uploads until told that it is enough, and until there were enough good ones. */
    @Override
    public void run() {
        try (SqsClient sqs = cluster.sqs()) {
            int number = 0;
            while (more || accepted(Expectation.PROCESSED) < goodJobs) {
                changeDue(System.nanoTime());
                if (unfinished() >= backlog) {
                    LockSupport.parkNanos(PAUSE_NANOS);
                    continue;
                }
                plant(number++, sqs);
            }
            changeDue(Long.MAX_VALUE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void plant(int number, SqsClient sqs) throws InterruptedException {
        // At fixed places, so that even the shortest run has some of each kind.
        Expectation kind =
                switch (number % 40) {
                    case 1 -> Expectation.GIVEN_UP;
                    case 2 -> Expectation.HEALED;
                    case 3 -> Expectation.CANCELLED;
                    case 4 -> Expectation.PROCESSED_AGAIN;
                    case 5 -> Expectation.REJECTED;
                    case 12 -> Expectation.GONE;
                    case 7, 17, 27 -> Expectation.PROCESSED_BY_FFMPEG;
                    case 0, 9, 14, 23, 32 -> Expectation.PROCESSED_IN_PARTS;
                    default -> Expectation.PROCESSED;
                };
        Optional<String> id = upload(kind);
        if (id.isPresent() && number % 6 == 0) {
            sendAgain(id.get(), 1 + random.nextInt(2), sqs);
        }
        if (id.isPresent() && CHANGED.contains(kind)) {
            changes.add(new Change(id.get(), kind, System.nanoTime() + CHANGE_AFTER_NANOS));
        }
        if (number % 40 == 20) {
            sendPoison(sqs);
        }
    }

    /** Uploads one video of that kind; empty when it was not accepted. */
    Optional<String> upload(Expectation kind) throws InterruptedException {
        Optional<String> id = kind == Expectation.PROCESSED_IN_PARTS
                ? uploads.upload(web(), video(kind), "[\"transcodificacion\"]")
                : uploads.upload(web(), video(kind));
        if (id.isPresent()) {
            expected.put(id.get(), kind);
            accepted.get(kind).incrementAndGet();
        } else {
            refused.incrementAndGet();
            LockSupport.parkNanos(PAUSE_NANOS);
        }
        return id;
    }

    private URI web() {
        return cluster.web().uri();
    }

    private byte[] video(Expectation kind) {
        double seconds = random.nextInt(20) == 0 ? 5 : 0.3 + random.nextInt(12) / 10.0;
        return switch (kind) {
            case PROCESSED -> stub.original(Map.of("seconds", String.valueOf(seconds)));
            case PROCESSED_BY_FFMPEG -> stub.originalForFfmpeg();
            case PROCESSED_IN_PARTS -> stub.longOriginalForFfmpeg();
            case CANCELLED, GONE -> stub.original(Map.of("seconds", "30"));
            case PROCESSED_AGAIN -> stub.original(Map.of("seconds", "4"));
            case GIVEN_UP -> stub.original(Map.of("seconds", "0.3", "fail", "signal"));
            case HEALED -> stub.original(Map.of("seconds", "0.3", "fail", "until-healed"));
            case REJECTED -> "This is no\0video at all.".getBytes(StandardCharsets.UTF_8);
        };
    }

    private void sendAgain(String id, int times, SqsClient sqs) {
        try {
            String body = cluster.query("SELECT job_message(videos) FROM videos WHERE id = '" + id + "'");
            for (int i = 0; i < times; i++) {
                int delay = random.nextInt(8);
                sqs.sendMessage(m -> m.queueUrl(cluster.setting("SQS_QUEUE_URL"))
                        .messageBody(body)
                        .delaySeconds(delay));
                duplicates.incrementAndGet();
            }
        } catch (SQLException | SdkException away) {
            // One duplicate less.
        }
    }

    private void sendPoison(SqsClient sqs) {
        try {
            sqs.sendMessage(m -> m.queueUrl(cluster.setting("SQS_QUEUE_URL"))
                    .messageBody("{\"video_id\": \"poison " + random.nextInt() + "\"}"));
            poison.incrementAndGet();
        } catch (SdkException away) {
            // One poison less.
        }
    }

    private void changeDue(long now) throws InterruptedException {
        while (!changes.isEmpty() && changes.peek().due() <= now) {
            change(changes.remove());
        }
    }

    /** What was done is found done when it is requested again, since its answer was lost. */
    private void change(Change change) throws InterruptedException {
        String video = "/api/videos/" + change.videoId();
        switch (change.kind()) {
            case CANCELLED -> call("POST", video + "/cancel", Set.of(200));
            case PROCESSED_AGAIN -> {
                call("POST", video + "/cancel", Set.of(200, 409));
                call("POST", video + "/process", Set.of(200, 409));
            }
            default -> call("DELETE", video, Set.of(200, 404));
        }
    }

    private void call(String method, String path, Set<Integer> done) throws InterruptedException {
        while (!done.contains(uploads.call(web(), method, path))) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    /** How many videos are neither finished nor gone. */
    private int unfinished() {
        try {
            return Integer.parseInt(cluster.query(
                    "SELECT count(*) FROM videos WHERE status IN ('uploaded', 'processing') AND attempts < 2"));
        } catch (SQLException away) {
            return 0;
        }
    }

    /** Nothing more is needed but what the profile asks for. */
    void enough() {
        more = false;
    }

    Map<String, Expectation> expected() {
        return Map.copyOf(expected);
    }

    int accepted(Expectation kind) {
        return accepted.get(kind).get();
    }

    String summary() {
        return "accepted " + accepted + ", refused or unanswered " + refused + ", duplicate messages " + duplicates
                + ", poison messages " + poison;
    }
}
