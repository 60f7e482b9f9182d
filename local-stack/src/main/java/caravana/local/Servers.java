package caravana.local;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.ToIntFunction;
import redis.embedded.core.ExecutableProvider;

/** PostgreSQL, Redis, SQS and S3 on loopback, each its own process, on one data folder. */
final class Servers implements AutoCloseable {

    static final String POSTGRES = "postgres";
    static final String REDIS = "redis";
    static final String SQS = "sqs";
    static final String S3 = "s3";

    private static final Duration START_LIMIT = Duration.ofSeconds(60);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(5);
    private static final String BUCKET = "caravana-videos";
    private static final String ACCESS_KEY = "local";
    private static final String SECRET_KEY = "local-secret-key";

    private final DataFolder data;
    private final Map<String, ProcessHandle> handles = new LinkedHashMap<>();
    private final Map<String, String> environment = new LinkedHashMap<>();
    private final Map<String, ChildProcess> children = new LinkedHashMap<>();
    private final ToIntFunction<Ports> chosenPort;
    private final Map<Ports, Integer> ports = new EnumMap<>(Ports.class);
    private EmbeddedPostgres postgres;
    private Secrets secrets;

    private Servers(DataFolder data, ToIntFunction<Ports> port) {
        this.data = data;
        this.chosenPort = port;
    }

    /**
     * Starts all four and waits until each answers.
     *
     * @param port chooses each server's port
     * @throws LocalStackException when one does not start; the others are stopped again
     */
    static Servers start(DataFolder data, ToIntFunction<Ports> port) {
        Servers servers = new Servers(data, port);
        try {
            data.endLeftovers();
            servers.startAll();
            return servers;
        } catch (IOException | SQLException e) {
            servers.close();
            throw new LocalStackException("The local stack did not start: " + e.getMessage());
        } catch (RuntimeException e) {
            servers.close();
            throw e;
        }
    }

    private void startAll() throws IOException, SQLException {
        secrets = Secrets.of(data);
        for (Ports port : List.of(Ports.POSTGRES, Ports.REDIS, Ports.SQS, Ports.S3)) {
            ports.put(port, chosenPort.applyAsInt(port));
        }
        // PostgreSQL last: its library waits for it, and the others start meanwhile.
        for (String name : List.of(SQS, S3, REDIS, POSTGRES)) {
            begin(name);
        }
        for (String name : children.keySet()) {
            awaitReady(name);
        }
        fillEnvironment();
    }

    /**
     * Starts one server again, on the same data and the same port, and waits until it answers; whatever is left of it is
     * ended first.
     *
     * @param name {@code postgres}, {@code redis}, {@code sqs} or {@code s3}
     * @throws LocalStackException when it does not start
     */
    void restart(String name) {
        ProcessHandle old = handles.get(name);
        if (old == null) {
            throw new LocalStackException("There is no server " + name + "; there are " + handles.keySet());
        }
        Liveness.stop(old, STOP_LIMIT);
        try {
            if (name.equals(POSTGRES)) {
                postgres.close();
            }
            begin(name);
        } catch (IOException | SQLException | IllegalStateException e) {
            throw new LocalStackException(name + " did not start again: " + e.getMessage());
        }
        awaitReady(name);
    }

    /** Starts a server; only PostgreSQL answers already when this returns. */
    private void begin(String name) throws IOException, SQLException {
        switch (name) {
            case POSTGRES -> startPostgres(ports.get(Ports.POSTGRES));
            case REDIS -> startRedis(ports.get(Ports.REDIS));
            case SQS -> startSqs(ports.get(Ports.SQS));
            default -> startS3(ports.get(Ports.S3));
        }
    }

    private void awaitReady(String name) {
        switch (name) {
            case REDIS -> children.get(name).awaitReady(() -> answersPing(ports.get(Ports.REDIS)), START_LIMIT);
            case SQS ->
                children.get(name)
                        .awaitReady(
                                () -> answersHttp(
                                        ports.get(Ports.SQS), "/?Action=GetQueueUrl&QueueName=" + SqsServer.QUEUE),
                                START_LIMIT);
            case S3 -> children.get(name).awaitReady(() -> answersHttp(ports.get(Ports.S3), "/"), START_LIMIT);
            default -> {
                // PostgreSQL's library has waited for it.
            }
        }
    }

    private void fillEnvironment() {
        int sqsPort = ports.get(Ports.SQS);
        environment.put("SPRING_PROFILES_ACTIVE", "local");
        environment.put("STORAGE_BACKEND", "s3");
        environment.putAll(secrets.environment());
        environment.put(
                "DATABASE_URL", "postgresql://caravana:caravana@127.0.0.1:" + ports.get(Ports.POSTGRES) + "/caravana");
        environment.put("REDIS_URL", "redis://127.0.0.1:" + ports.get(Ports.REDIS) + "/0");
        String queues = "http://127.0.0.1:" + sqsPort + "/" + SqsServer.ACCOUNT + "/";
        environment.put("SQS_QUEUE_NAME", SqsServer.QUEUE);
        environment.put("SQS_QUEUE_URL", queues + SqsServer.QUEUE);
        environment.put("SQS_DLQ_URL", queues + SqsServer.DEAD_LETTERS);
        environment.put("SQS_DLQ_ARN", SqsServer.DEAD_LETTERS_ARN);
        environment.put("SQS_MAX_RECEIVE_COUNT", String.valueOf(SqsServer.MAX_RECEIVES));
        // A worker that stops waits for its open receive.
        environment.put("SQS_LONG_POLL_SECONDS", "2");
        environment.put("S3_BUCKET", BUCKET);
        environment.put("AWS_REGION", "us-east-1");
        environment.put("AWS_ACCESS_KEY_ID", ACCESS_KEY);
        environment.put("AWS_SECRET_ACCESS_KEY", SECRET_KEY);
        environment.put("AWS_ENDPOINT_URL_SQS", "http://127.0.0.1:" + sqsPort);
        environment.put("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:" + ports.get(Ports.S3));
    }

    private void startPostgres(int port) throws IOException, SQLException {
        // Whatever it names has been ended. Where nobody collects zombies, PostgreSQL would take one for a running
        // server.
        Files.deleteIfExists(data.postgresNote());
        Path log = data.log("postgres");
        EmbeddedPostgres.Builder builder = EmbeddedPostgres.builder()
                .setPort(port)
                .setDataDirectory(data.resolve("postgres"))
                .setCleanDataDirectory(false)
                .setOverrideWorkingDirectory(data.resolve("postgres-program").toFile())
                .setServerConfig("listen_addresses", "127.0.0.1")
                .setServerConfig("unix_socket_directories", "''")
                .setServerConfig("log_destination", "stderr")
                // The library starts it with this off, and a killed server would lose the last commits that it
                // confirmed.
                .setServerConfig("synchronous_commit", "on")
                .setLocaleConfig("locale", "C.UTF-8")
                .setOutputRedirector(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .setErrorRedirector(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .setRegisterShutdownHook(false)
                .setPGStartupWait(START_LIMIT);
        try {
            postgres = builder.start();
        } catch (IOException | IllegalStateException e) {
            throw new IOException(e.getMessage() + ". The end of " + log + ":\n" + ChildProcess.tail(log), e);
        }
        note(POSTGRES, postmaster());
        try (Connection connection = postgres.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            if (!exists(statement, "SELECT 1 FROM pg_roles WHERE rolname = 'caravana'")) {
                statement.execute("CREATE ROLE caravana LOGIN PASSWORD 'caravana'");
            }
            if (!exists(statement, "SELECT 1 FROM pg_database WHERE datname = 'caravana'")) {
                statement.execute("CREATE DATABASE caravana OWNER caravana");
            }
        }
    }

    private static boolean exists(Statement statement, String query) throws SQLException {
        try (ResultSet rows = statement.executeQuery(query)) {
            return rows.next();
        }
    }

    /** The server itself: what the library started has ended by now, having brought it up. */
    private ProcessHandle postmaster() throws IOException {
        List<String> lines = Files.readAllLines(data.postgresNote());
        return ProcessHandle.of(Long.parseLong(lines.get(0).strip()))
                .orElseThrow(() -> new IOException("PostgreSQL ended while starting; see " + data.log("postgres")));
    }

    private void startRedis(int port) throws IOException {
        Path folder = Files.createDirectories(data.resolve("redis"));
        String program =
                ExecutableProvider.newJarResourceProvider(folder.toFile()).get().getAbsolutePath();
        noted(ChildProcess.start(
                REDIS,
                List.of(
                        program,
                        "--bind",
                        "127.0.0.1",
                        "--port",
                        String.valueOf(port),
                        "--save",
                        "",
                        "--appendonly",
                        "no",
                        "--dir",
                        folder.toString()),
                Map.of(),
                data.log(REDIS)));
    }

    private void startSqs(int port) throws IOException {
        Files.createDirectories(data.resolve("sqs"));
        noted(java(
                SQS,
                128,
                SqsServer.class.getName(),
                String.valueOf(port),
                data.resolve("sqs").resolve("queues").toString()));
    }

    private void startS3(int port) throws IOException {
        Path folder = Files.createDirectories(data.resolve("s3"));
        Files.createDirectories(folder.resolve(BUCKET));
        Path settings = data.resolve("s3.properties");
        Files.writeString(settings, """
                s3proxy.endpoint=http://127.0.0.1:%d
                s3proxy.authorization=aws-v2-or-v4
                s3proxy.identity=%s
                s3proxy.credential=%s
                s3proxy.ignore-unknown-headers=true
                s3proxy.cors-allow-origins=http://(127[.]0[.]0[.]1|localhost)(:[0-9]+)?
                s3proxy.cors-allow-methods=GET PUT HEAD
                s3proxy.cors-allow-headers=content-type content-md5 range x-amz-checksum-sha256
                s3proxy.cors-exposed-headers=ETag
                jclouds.provider=filesystem-nio2
                jclouds.filesystem.basedir=%s
                jclouds.identity=unused
                jclouds.credential=unused
                """.formatted(port, ACCESS_KEY, SECRET_KEY, folder));
        noted(java(S3, 256, "org.gaul.s3proxy.Main", "--properties", settings.toString()));
    }

    private ChildProcess java(String name, int heapMegabytes, String mainClass, String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(ProjectLayout.java());
        command.addAll(ProjectLayout.smallJvm(heapMegabytes));
        command.addAll(List.of("-cp", ProjectLayout.classPath(), mainClass));
        command.addAll(List.of(arguments));
        return ChildProcess.start(name, command, Map.of(), data.log(name));
    }

    private void noted(ChildProcess child) {
        children.put(child.name(), child);
        note(child.name(), child.handle());
    }

    private void note(String name, ProcessHandle handle) {
        data.note(name, handle);
        handles.put(name, handle);
    }

    /** What web has to keep to itself. */
    Secrets secrets() {
        return secrets;
    }

    /** The variables that point an app at these servers. */
    Map<String, String> environment() {
        return environment;
    }

    /** The servers' processes by name. */
    Map<String, ProcessHandle> handles() {
        return handles;
    }

    /** Completes with the name of the first server that ends. */
    CompletableFuture<Object> firstExit() {
        return CompletableFuture.anyOf(handles.entrySet().stream()
                .map(e -> e.getValue().onExit().thenApply(ended -> e.getKey()))
                .toArray(CompletableFuture[]::new));
    }

    private static boolean answersPing(int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 500);
            socket.setSoTimeout(500);
            socket.getOutputStream().write("PING\r\n".getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readNBytes(5), StandardCharsets.US_ASCII).equals("+PONG");
        } catch (IOException notYet) {
            return false;
        }
    }

    private static boolean answersHttp(int port, String path) {
        try {
            HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                    .timeout(Duration.ofSeconds(2))
                    .build();
            int status = HttpClient.newHttpClient()
                    .send(request, HttpResponse.BodyHandlers.discarding())
                    .statusCode();
            // S3 refuses an unsigned request, which is an answer; SQS has to know its queue.
            return status == 200 || status == 403;
        } catch (IOException notYet) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Stops them all; each that was started, even when another failed to. */
    @Override
    public void close() {
        // All are asked before the first is waited for.
        children.values().forEach(child -> child.handle().destroy());
        for (ChildProcess child : children.values()) {
            child.stop(STOP_LIMIT);
        }
        if (postgres != null) {
            try {
                postgres.close();
                // The library asks it to stop and does not wait for its end.
                Optional.ofNullable(handles.get(POSTGRES)).ifPresent(p -> Liveness.stop(p, STOP_LIMIT));
            } catch (IOException e) {
                System.err.println("PostgreSQL did not stop cleanly: " + e.getMessage());
            }
        }
    }
}
