package caravana.system.upgrade;

import static org.awaitility.Awaitility.await;

import caravana.local.ApiClient;
import caravana.system.faults.Cluster;
import caravana.system.faults.Expectation;
import caravana.system.faults.FfmpegStub;
import caravana.test.Waits;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What clients do while nodes are replaced: uploads of each way with everything that is done to videos, polls, lists, sessions and
 * event streams. Consecutive requests about one video go to different nodes.
 */
final class Load implements AutoCloseable {

    private static final int ACCOUNTS = 4;
    private static final int UPLOADERS = 3;
    private static final int READERS = 4;

    /** How many unfinished videos there are at most. */
    private static final int BACKLOG = 12;

    /** Between two calls of one reader: the machine runs all nodes, too. */
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(25);

    private static final String TUS = "Tus-Resumable: 1.0.0\r\nContent-Type: application/offset+octet-stream\r\n";

    private static final Set<String> FINAL = Set.of("processed", "failed", "cancelled");

    private record Account(ApiClient client, Watcher watcher) {}

    /** A video whose story is over but for its job. */
    private record Video(String id, Account account, Queue<String> tags) {}

    private interface Story {
        void tell(Account account) throws Exception;
    }

    private final Cluster cluster;
    private final FfmpegStub stub;
    private final Balancer balancer;
    private final Random random;
    private final ObjectMapper json = new ObjectMapper();
    private final HttpClient http = HttpClient.newHttpClient();
    private final List<Account> accounts = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    private final List<Video> videos = new CopyOnWriteArrayList<>();
    private final Map<String, Expectation> expected = new ConcurrentHashMap<>();
    private final Map<String, Account> owners = new ConcurrentHashMap<>();
    private final Map<String, String> acceptedBy = new ConcurrentHashMap<>();
    private final Map<String, String> ended = new ConcurrentHashMap<>();
    private final Queue<String> complaints = new ConcurrentLinkedQueue<>();
    private final AtomicInteger stories = new AtomicInteger();
    private final AtomicInteger renewals = new AtomicInteger();
    private final AtomicInteger fetched = new AtomicInteger();
    private final List<Story> kinds = List.of(
            this::form,
            this::body,
            this::pieces,
            this::twice,
            this::byPreset,
            this::withParameters,
            this::cancelled,
            this::again,
            this::restored,
            this::renamed,
            this::gone);
    private String older = "";
    private String session = "";
    private volatile boolean over;

    Load(Cluster cluster, FfmpegStub stub, Balancer balancer, long seed) {
        this.cluster = cluster;
        this.stub = stub;
        this.balancer = balancer;
        random = new Random(seed);
    }

    /** Makes the accounts at a node of the older version, and begins. */
    void start(Balancer.Node node) throws IOException, InterruptedException {
        older = node.version();
        for (int i = 0; i < ACCOUNTS; i++) {
            ApiClient client = ApiClient.signUp(node.uri());
            Watcher watcher = new Watcher(balancer, client, complaints::add);
            accounts.add(new Account(client, watcher));
            run("watcher-" + i, watcher);
        }
        for (int i = 0; i < UPLOADERS; i++) {
            run("uploads-" + i, this::upload);
        }
        for (int i = 0; i < READERS; i++) {
            int reader = i;
            run("reads-" + i, () -> read(reader));
        }
    }

    private void run(String name, Runnable work) {
        Thread thread = new Thread(
                () -> {
                    try {
                        work.run();
                    } catch (RuntimeException e) {
                        complaints.add(name + " ended: " + e);
                    }
                },
                name);
        thread.setDaemon(true);
        threads.add(thread);
        thread.start();
    }

    private void upload() {
        while (!over) {
            if (unfinished() >= BACKLOG) {
                LockSupport.parkNanos(PAUSE_NANOS);
                continue;
            }
            int number = stories.getAndIncrement();
            tell(kinds.get(number % kinds.size()), accounts.get(number / kinds.size() % ACCOUNTS));
        }
    }

    private void read(int reader) {
        for (int i = reader; !over; i++) {
            Story read =
                    switch (i % 10) {
                        case 0 -> this::list;
                        case 1 -> this::search;
                        case 2 -> i % 100 == 2 && reader == 0 ? this::renew : this::look;
                        default -> this::poll;
                    };
            tell(read, accounts.get(i % ACCOUNTS));
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    private void tell(Story story, Account account) {
        try {
            story.tell(account);
        } catch (IllegalStateException unexpected) {
            // Noted by who threw it.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Exception e) {
            complaints.add(e.toString());
        }
    }

    private int unfinished() {
        try {
            return Integer.parseInt(
                    cluster.query("SELECT count(*) FROM videos WHERE status IN ('uploaded', 'processing')"));
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    // Uploads. Each accepts one video, and says at once what must become of it.

    private void form(Account account) throws Exception {
        follow(accepted(
                balancer.send(node -> account.client().formRequest(node, "Form", video()), BodyHandlers.ofString()),
                account,
                Expectation.PROCESSED));
    }

    private void body(Account account) throws Exception {
        follow(raw(account, Expectation.PROCESSED, "1", "", ""));
    }

    private Video raw(Account account, Expectation expectation, String seconds, String query, String key)
            throws Exception {
        return raw(account, expectation, Map.of("seconds", seconds), query, key);
    }

    private Video raw(Account account, Expectation expectation, Map<String, String> orders, String query, String key)
            throws Exception {
        byte[] original = stub.original(orders);
        return accepted(
                balancer.send(
                        node -> {
                            HttpRequest.Builder request = call(account, node, "/api/videos?title=Body" + query)
                                    .header("Content-Type", "video/mp4")
                                    .POST(BodyPublishers.ofByteArray(original));
                            return key.isEmpty() ? request : request.header("Idempotency-Key", key);
                        },
                        BodyHandlers.ofString()),
                account,
                expectation);
    }

    /** In three pieces, to nodes by turns. */
    private void pieces(Account account) throws Exception {
        byte[] original = original();
        Video video = accepted(create(account, original), account, Expectation.PROCESSED);
        int third = original.length / 3;
        for (int from = 0; from < original.length; ) {
            int to = original.length - from < 2 * third ? original.length : from + third;
            byte[] piece = Arrays.copyOfRange(original, from, to);
            String at = String.valueOf(from);
            Balancer.Answer<String> head = ask(account, "HEAD", "/api/uploads/" + video.id(), null);
            expect("an offset", at, head.header("Upload-Offset"));
            Balancer.Answer<String> answer = balancer.send(
                    node -> call(account, node, "/api/uploads/" + video.id())
                            .header("Tus-Resumable", "1.0.0")
                            .header("Content-Type", "application/offset+octet-stream")
                            .header("Upload-Offset", at)
                            .method("PATCH", BodyPublishers.ofByteArray(piece)),
                    BodyHandlers.ofString());
            expect("a piece", answer, 204);
            from = to;
        }
        if (!acceptedBy(video.id()).equals(older)) {
            // Whatever version took the last piece. 1.0.0 knows none of these.
            expect(
                    "what was said at the beginning",
                    "a reference, {\"of\": 1}, 2, " + sum(original),
                    cluster.query("SELECT concat_ws(', ', reference, metadata, priority, announced_sha256) FROM videos"
                            + " WHERE id = '" + video.id() + "'"));
        }
        follow(video);
    }

    private Balancer.Answer<String> create(Account account, byte[] original) throws InterruptedException {
        String metadata = Map.of(
                        "filename", "a.mp4",
                        "reference", "a reference",
                        "metadata", "{\"of\": 1}",
                        "prioridad", "2",
                        "original_sha256", sum(original))
                .entrySet()
                .stream()
                .map(pair -> pair.getKey() + " "
                        + Base64.getEncoder().encodeToString(pair.getValue().getBytes(StandardCharsets.US_ASCII)))
                .collect(Collectors.joining(","));
        return balancer.send(
                node -> call(account, node, "/api/uploads")
                        .header("Tus-Resumable", "1.0.0")
                        .header("Upload-Length", String.valueOf(original.length))
                        .header("Upload-Metadata", metadata)
                        .POST(BodyPublishers.noBody()),
                BodyHandlers.ofString());
    }

    private static String sum(byte[] original) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(original));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The second answer is that of the first, from whatever node. */
    private void twice(Account account) throws Exception {
        String key = UUID.randomUUID().toString();
        Video first = raw(account, Expectation.PROCESSED, "1", "", key);
        Video second = raw(account, Expectation.PROCESSED, "1", "", key);
        expect("an upload with the same key", first.id(), second.id());
        follow(first);
    }

    private void byPreset(Account account) throws Exception {
        JsonNode list = defaultSet(account);
        String name = "preset-" + random.nextInt(10);
        expect(
                "a preset",
                ask(account, "PUT", "/api/presets/" + name, "{\"transformaciones\": " + list + "}"),
                200,
                201);
        follow(raw(account, Expectation.PROCESSED, "1", "&preset=" + name, ""));
    }

    private JsonNode defaultSet(Account account) throws Exception {
        JsonNode presets = document(ask(account, "GET", "/api/presets", null), 200);
        return presets.at("/presets/0/transformaciones");
    }

    /** Whatever version accepts it and whatever one makes it: without the quality that was requested, there is no clip. */
    private void withParameters(Account account) throws Exception {
        // No other argument is one of these.
        String crf = 27 + random.nextInt(8) + ".5";
        ArrayNode asked = defaultSet(account).deepCopy();
        asked.addObject().put("nombre", "calidad").put("crf", new BigDecimal(crf));
        asked.addObject().put("nombre", "rotulo").put("texto", "Año " + random.nextInt() + ": 100 %, 'todos'");
        String query = "&transformaciones=" + URLEncoder.encode(asked.toString(), StandardCharsets.UTF_8);
        follow(raw(account, Expectation.PROCESSED, Map.of("seconds", "1", "wants", crf), query, ""));
    }

    private void cancelled(Account account) throws Exception {
        Video video = raw(account, Expectation.CANCELLED, "30", "", "");
        expect("cancelling", ask(account, "POST", address(video) + "/cancel", null), 200);
        follow(video);
    }

    private void again(Account account) throws Exception {
        Video video = raw(account, Expectation.PROCESSED_AGAIN, "4", "", "");
        expect("cancelling", ask(account, "POST", address(video) + "/cancel", null), 200, 409);
        expect("processing again", ask(account, "POST", address(video) + "/process", null), 200);
        follow(video);
    }

    private void restored(Account account) throws Exception {
        Video video = raw(account, Expectation.PROCESSED, "2", "", "");
        expect("deleting", ask(account, "DELETE", address(video), null), 200);
        expect("restoring", ask(account, "POST", address(video) + "/restore", null), 200);
        follow(video);
    }

    private void renamed(Account account) throws Exception {
        Video video = raw(account, Expectation.PROCESSED, "1", "", "");
        String title = "Renamed " + random.nextInt();
        expect("renaming", ask(account, "PATCH", address(video), "{\"title\": \"" + title + "\"}"), 200);
        JsonNode shown = document(ask(account, "GET", address(video), null), 200);
        expect("a changed title", title, shown.path("title").asText());
        follow(video);
    }

    private void gone(Account account) throws Exception {
        Video video = raw(account, Expectation.GONE, "30", "", "");
        expect("deleting", ask(account, "DELETE", address(video), null), 200);
        expect("a deleted video", ask(account, "GET", address(video), null), 404);
    }

    /**
     * Begins one upload of each way at a node that is about to stop.
     *
     * @return what finishes them
     */
    List<Runnable> halfSent(Balancer.Node node) throws IOException, InterruptedException {
        Account account = accounts.get(0);
        byte[] original = original();
        String boundary = "half";
        byte[] form = concat(
                ("--" + boundary + "\r\nContent-Disposition: form-data; name=\"title\"\r\n\r\nHalf\r\n--" + boundary
                                + "\r\nContent-Disposition: form-data; name=\"video_file\"; filename=\"v.mp4\"\r\n"
                                + "Content-Type: video/mp4\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII),
                original,
                ("\r\n--" + boundary + "--\r\n").getBytes(StandardCharsets.US_ASCII));
        Video pieces = accepted(create(account, original), account, Expectation.PROCESSED);
        return List.of(
                half(node, account, "POST /api/videos?title=Half", "Content-Type: video/mp4\r\n", original, null),
                half(
                        node,
                        account,
                        "POST /api/videos/upload",
                        "Content-Type: multipart/form-data; boundary=" + boundary + "\r\n",
                        form,
                        null),
                half(
                        node,
                        account,
                        "PATCH /api/uploads/" + pieces.id(),
                        TUS + "Upload-Offset: 0\r\n",
                        original,
                        pieces));
    }

    private Runnable half(Balancer.Node node, Account account, String call, String headers, byte[] body, Video pieces) {
        HalfSent sent = new HalfSent(node.uri(), call, account.client().token(), headers, body);
        return () -> {
            try (sent) {
                HalfSent.Answer answer = sent.finish();
                balancer.count(call + " to " + node.version(), answer.status());
                int wanted = pieces == null ? 201 : 204;
                if (answer.status() != wanted) {
                    complaints.add(call + " at a stopping node was answered " + answer.text());
                } else {
                    follow(
                            pieces != null
                                    ? pieces
                                    : accepted(
                                            answer.text().replaceAll("(?s).*\"video_id\":\"([^\"]+)\".*", "$1"),
                                            node.version(),
                                            account,
                                            Expectation.PROCESSED));
                }
            } catch (IOException e) {
                complaints.add(call + " at a stopping node got no answer: " + e);
            }
        };
    }

    private static byte[] concat(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    // What is read.

    private void poll(Account account) throws Exception {
        if (videos.isEmpty()) {
            return;
        }
        // Mostly of those that change.
        int recent = Math.min(videos.size(), random.nextInt(4) == 0 ? videos.size() : 2 * BACKLOG);
        Video video = videos.get(videos.size() - 1 - random.nextInt(recent));
        String tag = video.tags().poll();
        Balancer.Answer<String> answer = balancer.send(
                node -> {
                    HttpRequest.Builder request = call(video.account(), node, address(video));
                    return tag == null ? request : request.header("If-None-Match", tag);
                },
                BodyHandlers.ofString());
        expect("a poll", answer, 200, 304);
        video.tags().offer(answer.header("ETag"));
        if (answer.status() == 200) {
            note(video, json.readTree(answer.body()).path("status").asText());
        }
    }

    /** What has ended stays as it is, whatever version shows it. */
    private void note(Video video, String status) throws Exception {
        if (!FINAL.contains(status) && !ended.containsKey(video.id())) {
            return;
        }
        String before = ended.putIfAbsent(video.id(), status);
        if (before != null) {
            expect("the state of " + video.id(), before, status);
        } else if (status.equals("processed")) {
            Balancer.Answer<String> link = ask(video.account(), "GET", address(video) + "/processed", null);
            expect("a link", link, 302);
            byte[] clip = http.send(
                            HttpRequest.newBuilder(URI.create(link.header("Location")))
                                    .build(),
                            BodyHandlers.ofByteArray())
                    .body();
            fetched.incrementAndGet();
            if (!Arrays.equals(clip, stub.result())) {
                complain("the clip of " + video.id() + " has " + clip.length + " bytes");
            }
        }
    }

    private void list(Account account) throws Exception {
        Balancer.Answer<String> page = ask(account, "GET", "/api/videos?limit=5&count=true", null);
        JsonNode first = document(page, 200);
        String link = page.header("Link");
        if (!link.isEmpty()) {
            JsonNode second = document(ask(account, "GET", link.replaceFirst("^<([^>]+)>.*$", "$1"), null), 200);
            if (second.isEmpty() || second.get(0).equals(first.get(0))) {
                complain("a second page is " + second);
            }
        }
    }

    private void search(Account account) throws Exception {
        JsonNode found = document(ask(account, "GET", "/api/videos?q=body&sort=title&status=processed", null), 200);
        for (JsonNode video : found) {
            expect("a video of a search", "processed", video.path("status").asText());
        }
    }

    private void look(Account account) throws Exception {
        List<String> paths = List.of("/api/me", "/api/limits", "/api/transformations", "/api/presets");
        document(ask(account, "GET", paths.get(random.nextInt(paths.size())), null), 200);
    }

    /** Renews the operator's session with a cookie that another node may have given, and uses the token. */
    private void renew(Account account) throws Exception {
        Map<String, String> settings = cluster.stack().environment();
        Balancer.Answer<String> answer = session.isEmpty()
                ? balancer.send(
                        node -> HttpRequest.newBuilder(node.resolve("/api/auth/login"))
                                .header("Content-Type", "application/json")
                                .POST(BodyPublishers.ofString("{\"email\": \""
                                        + settings.get("CARAVANA_OPERATOR_EMAIL") + "\", \"password\": \""
                                        + settings.get("CARAVANA_OPERATOR_PASSWORD") + "\"}")),
                        BodyHandlers.ofString())
                : balancer.send(
                        node -> HttpRequest.newBuilder(node.resolve("/api/auth/refresh"))
                                .header("Cookie", session)
                                .POST(BodyPublishers.noBody()),
                        BodyHandlers.ofString());
        JsonNode token = document(answer, 200);
        session = answer.header("Set-Cookie").split(";")[0];
        renewals.incrementAndGet();
        ApiClient operator = ApiClient.with(token.path("access_token").asText());
        document(balancer.send(node -> operator.request(node.resolve("/api/ops/queue")), BodyHandlers.ofString()), 200);
    }

    // Calls and what they must be answered.

    private byte[] original() {
        return stub.original(Map.of("seconds", String.valueOf(0.3 + random.nextInt(20) / 10.0)));
    }

    private BodyPublisher video() {
        return BodyPublishers.ofByteArray(original());
    }

    private static String address(Video video) {
        return "/api/videos/" + video.id();
    }

    private static HttpRequest.Builder call(Account account, URI node, String path) {
        return account.client().request(node.resolve(path));
    }

    private Balancer.Answer<String> ask(Account account, String method, String path, String body)
            throws InterruptedException {
        Function<URI, HttpRequest.Builder> request = node -> {
            HttpRequest.Builder call = call(account, node, path);
            if (path.startsWith("/api/uploads")) {
                call.header("Tus-Resumable", "1.0.0");
            }
            return body == null
                    ? call.method(method, BodyPublishers.noBody())
                    : call.header("Content-Type", "application/json").method(method, BodyPublishers.ofString(body));
        };
        return balancer.send(request, BodyHandlers.ofString());
    }

    private Video accepted(Balancer.Answer<String> answer, Account account, Expectation expectation)
            throws JsonProcessingException {
        return accepted(
                document(answer, 201).path("video_id").asText(), answer.node().version(), account, expectation);
    }

    private Video accepted(String id, String version, Account account, Expectation expectation) {
        expected.put(id, expectation);
        owners.put(id, account);
        acceptedBy.put(id, version);
        return new Video(id, account, new ConcurrentLinkedQueue<>());
    }

    private void follow(Video video) {
        videos.add(video);
    }

    private JsonNode document(Balancer.Answer<String> answer, int status) throws JsonProcessingException {
        expect("a call", answer, status);
        return json.readTree(answer.body());
    }

    private void expect(String what, Balancer.Answer<String> answer, int... statuses) {
        if (Arrays.stream(statuses).noneMatch(status -> status == answer.status())) {
            complain(what + ": " + answer.response().request().method() + " "
                    + answer.response().request().uri().getPath() + " to "
                    + answer.node().version()
                    + " was answered " + answer.status() + " " + answer.body());
        }
    }

    private void expect(String what, String wanted, String found) {
        if (!wanted.equals(found)) {
            complain(what + " is " + found + " and not " + wanted);
        }
    }

    private void complain(String what) {
        complaints.add(what);
        throw new IllegalStateException(what);
    }

    // What the run asks.

    /** Waits until so many videos were accepted and so many requests answered since the beginning. */
    void awaitProgress(int jobs, int requests) {
        await().atMost(Waits.LIMIT)
                .until(() -> expected.size() >= jobs && balancer.requests() >= requests || !complaints.isEmpty());
    }

    /** Ends all but the event streams. */
    void stop() throws InterruptedException {
        over = true;
        for (Thread thread : threads) {
            if (!thread.getName().startsWith("watcher")) {
                thread.join();
            }
        }
    }

    /** What the event streams did not report in the end. */
    List<String> unreported() {
        List<String> missing = new ArrayList<>();
        expected.forEach((id, expectation) -> {
            String wanted =
                    switch (expectation) {
                        case GONE -> "deleted";
                        case CANCELLED -> "cancelled";
                        default -> "processed";
                    };
            String state = owners.get(id).watcher().state(id);
            if (!state.equals(wanted)) {
                missing.add(id + ": the last event says '" + state + "' and not '" + wanted + "'");
            }
        });
        return missing;
    }

    Map<String, Expectation> expected() {
        return Map.copyOf(expected);
    }

    /** Which version accepted a video; for an upload in pieces, which created it. */
    String acceptedBy(String id) {
        return acceptedBy.get(id);
    }

    /** Answers that are wrong, and clients that ended. */
    List<String> complaints() {
        return List.copyOf(complaints);
    }

    String summary() {
        return expected.size() + " videos, " + ended.size() + " seen ended, " + fetched + " clips fetched, " + renewals
                + " renewals of a session, event streams opened "
                + accounts.stream()
                        .mapToInt(account -> account.watcher().opened())
                        .sum()
                + " times";
    }

    /** Closes the event streams. */
    void hangUp() throws IOException {
        for (Account account : accounts) {
            account.watcher().close();
        }
    }

    @Override
    public void close() throws IOException {
        over = true;
        hangUp();
    }
}
