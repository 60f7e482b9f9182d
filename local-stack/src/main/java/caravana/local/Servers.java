package caravana.local;

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
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import redis.embedded.core.ExecutableProvider;

/** PostgreSQL, Redis, SQS and S3 on loopback, each a process of its own, in one data folder. */
final class Servers implements AutoCloseable {

    static final String POSTGRES = "postgres";
    static final String REDIS = "redis";
    static final String SQS = "sqs";
    static final String S3 = "s3";
    /** Not a server of the stack: the key that encrypts what web keeps for webhooks is kept as their passwords are. */
    static final String WEB = "web";

    private static final Duration STOP_LIMIT = Duration.ofSeconds(30);
    private static final Duration CALL_LIMIT = Duration.ofSeconds(10);
    private static final String BUCKET = "caravana-videos";
    private static final String ACCESS_KEY = "local";

    private final DataFolder data;
    private final Map<String, String> required = new LinkedHashMap<>();
    private final Map<String, String> defaults = new LinkedHashMap<>();
    private final Map<String, ChildProcess> children = new LinkedHashMap<>();
    private final Map<String, ClassArchive> archives = new HashMap<>();
    private final HttpClient http = HttpClient.newHttpClient();
    private final ToIntFunction<Ports> chosenPort;
    private final Map<Ports, Integer> ports = new EnumMap<>(Ports.class);
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
        } catch (IOException e) {
            servers.close();
            throw new LocalStackException("The local stack did not start: " + e.getMessage());
        } catch (RuntimeException e) {
            servers.close();
            throw e;
        }
    }

    private void startAll() throws IOException {
        secrets = Secrets.of(data);
        for (Ports port : List.of(Ports.POSTGRES, Ports.REDIS, Ports.SQS, Ports.S3)) {
            ports.put(port, chosenPort.applyAsInt(port));
        }
        // PostgreSQL last: it is prepared before it starts, and the others start meanwhile.
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
        ChildProcess old = children.get(name);
        if (old == null) {
            throw new LocalStackException("There is no server " + name + "; there are " + children.keySet());
        }
        old.stop(STOP_LIMIT);
        try {
            begin(name);
        } catch (IOException e) {
            throw new LocalStackException(name + " did not start again: " + e.getMessage());
        }
        awaitReady(name);
    }

    private void begin(String name) throws IOException {
        switch (name) {
            case POSTGRES -> noted(new Postgres(data).start(ports.get(Ports.POSTGRES), secrets.ofServer(POSTGRES)));
            case REDIS -> startRedis(ports.get(Ports.REDIS));
            case SQS -> startSqs(ports.get(Ports.SQS));
            default -> startS3(ports.get(Ports.S3));
        }
    }

    private void awaitReady(String name) {
        children.get(name)
                .awaitReady(
                        switch (name) {
                            case POSTGRES -> this::postgresLetsIn;
                            case REDIS -> this::redisAsksForPassword;
                            case SQS -> () -> answersHttp(sqs() + "/?Action=GetQueueUrl&QueueName=" + SqsServer.QUEUE);
                            default -> () -> answersHttp("http://127.0.0.1:" + ports.get(Ports.S3) + "/");
                        });
        ClassArchive classes = archives.get(name);
        if (classes != null && !classes.make(handle(name), data.log(name))) {
            restart(name);
        }
    }

    /** Where SQS answers: it knows no passwords, and nobody finds this path. */
    private String sqs() {
        return "http://127.0.0.1:" + ports.get(Ports.SQS) + "/" + secrets.ofServer(SQS);
    }

    private void fillEnvironment() throws IOException {
        String role = Postgres.ROLE;
        required.put(
                "DATABASE_URL",
                "postgresql://%s:%s@127.0.0.1:%d/%s"
                        .formatted(role, secrets.ofServer(POSTGRES), ports.get(Ports.POSTGRES), role));
        required.put(
                "REDIS_URL", "redis://:%s@127.0.0.1:%d/0".formatted(secrets.ofServer(REDIS), ports.get(Ports.REDIS)));
        String queues = sqs() + "/" + SqsServer.ACCOUNT + "/";
        required.put("SQS_QUEUE_NAME", SqsServer.QUEUE);
        required.put("SQS_QUEUE_URL", queues + SqsServer.QUEUE);
        required.put("SQS_DLQ_NAME", SqsServer.DEAD_LETTERS);
        required.put("SQS_DLQ_URL", queues + SqsServer.DEAD_LETTERS);
        required.put("SQS_MAX_RECEIVE_COUNT", String.valueOf(SqsServer.MAX_RECEIVES));
        required.put("S3_BUCKET", BUCKET);
        required.put("AWS_ACCESS_KEY_ID", ACCESS_KEY);
        required.put("AWS_SECRET_ACCESS_KEY", secrets.ofServer(S3));
        required.put("AWS_ENDPOINT_URL_SQS", sqs());
        required.put("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:" + ports.get(Ports.S3));
        defaults.put("AWS_REGION", "us-east-1");
        // For people who work on the servers by hand.
        RunFolder.writeSecret(
                data.resolve("environment"),
                Stream.of(defaults, required)
                        .flatMap(variables -> variables.entrySet().stream())
                        .map(e -> e.getKey() + "=" + e.getValue() + "\n")
                        .collect(Collectors.joining()));
        required.putAll(secrets.operator());
        defaults.put("JWT_PRIVATE_KEY", secrets.signingKey());
        defaults.put("CARAVANA_SECRET_KEY", secrets.ofServer(WEB).repeat(2));
        // Instead of a mail server.
        defaults.put(
                "CARAVANA_MAIL_FOLDER", RunFolder.ofUser(data.resolve("mails")).toString());
        defaults.put("CARAVANA_MAIL_FROM", "caravana@localhost");
        // A worker that stops waits for its open receive.
        defaults.put("SQS_LONG_POLL_SECONDS", "2");
    }

    private void startRedis(int port) throws IOException {
        Path programs = data.resolve("redis-program");
        Command.run("delete " + programs, List.of("rm", "-rf", programs.toString()));
        Files.createDirectories(programs);
        String program = ExecutableProvider.newJarResourceProvider(programs.toFile())
                .get()
                .getAbsolutePath();
        Path folder = RunFolder.ofUser(data.resolve("redis"));
        RunFolder.ofUser(programs);
        // By a file: arguments can be read by everybody on this machine.
        Path settings = RunFolder.writeForUser(
                data.resolve("redis.conf"), """
                bind 127.0.0.1
                port %d
                requirepass %s
                save ""
                appendonly no
                dir "%s"
                """.formatted(port, secrets.ofServer(REDIS), folder));
        noted(ChildProcess.start(REDIS, List.of(program, settings.toString()), Map.of(), data.log(REDIS)));
    }

    private void startSqs(int port) throws IOException {
        Path folder = RunFolder.ofUser(data.resolve("sqs"));
        noted(java(
                SQS,
                128,
                Map.of(SqsServer.PATH, secrets.ofServer(SQS)),
                SqsServer.class.getName(),
                String.valueOf(port),
                folder.resolve("queues").toString()));
    }

    private void startS3(int port) throws IOException {
        Path bucket = data.resolve("s3").resolve(BUCKET);
        if (!Files.exists(bucket)) {
            Files.createDirectories(bucket);
        }
        Path folder = RunFolder.ofUser(bucket.getParent());
        Path settings = RunFolder.writeForUser(
                data.resolve("s3.properties"), """
                s3proxy.endpoint=http://127.0.0.1:%d
                s3proxy.authorization=aws-v2-or-v4
                s3proxy.identity=%s
                s3proxy.credential=%s
                s3proxy.cors-allow-origins=http://(127[.]0[.]0[.]1|localhost)(:[0-9]+)? null
                s3proxy.cors-allow-methods=GET PUT HEAD
                s3proxy.cors-allow-headers=content-type content-md5 if-none-match range x-amz-checksum-crc32c x-amz-checksum-sha256
                s3proxy.cors-exposed-headers=ETag x-amz-checksum-crc32c x-amz-checksum-sha256
                jclouds.provider=filesystem-nio2
                jclouds.filesystem.basedir=%s
                jclouds.identity=unused
                jclouds.credential=unused
                """.formatted(port, ACCESS_KEY, secrets.ofServer(S3), folder));
        noted(java(S3, 256, Map.of(), "org.gaul.s3proxy.Main", "--properties", settings.toString()));
    }

    private ChildProcess java(
            String name, int heapMegabytes, Map<String, String> environment, String mainClass, String... arguments) {
        List<String> options = ProjectLayout.smallJvm(heapMegabytes);
        ClassArchive classes = ClassArchive.of(name, ProjectLayout.jar(), options);
        archives.put(name, classes);
        List<String> command = new ArrayList<>();
        command.add(ProjectLayout.java());
        command.addAll(options);
        command.addAll(classes.options());
        command.addAll(List.of("-cp", ProjectLayout.classPath(), mainClass));
        command.addAll(List.of(arguments));
        return ChildProcess.start(name, command, environment, data.log(name));
    }

    private void noted(ChildProcess child) {
        children.put(child.name(), child);
        data.note(child.name(), child.handle());
    }

    /** What web has to keep to itself. */
    Secrets secrets() {
        return secrets;
    }

    /** The variables without which an app would not work with these servers. */
    Map<String, String> required() {
        return required;
    }

    /** Variables of an app that may have other values. */
    Map<String, String> defaults() {
        return defaults;
    }

    /** The servers' names. */
    Set<String> names() {
        return children.keySet();
    }

    /** A server's process. */
    ProcessHandle handle(String name) {
        return children.get(name).handle();
    }

    /** Completes with the name of the first server that ends. */
    CompletableFuture<Object> firstExit() {
        return CompletableFuture.anyOf(children.values().stream()
                .map(child -> child.handle().onExit().thenApply(ended -> child.name()))
                .toArray(CompletableFuture[]::new));
    }

    private boolean postgresLetsIn() {
        String address = "jdbc:postgresql://127.0.0.1:%d/%s?connectTimeout=%d&socketTimeout=%3$d"
                .formatted(ports.get(Ports.POSTGRES), Postgres.ROLE, CALL_LIMIT.toSeconds());
        try (Connection connection = DriverManager.getConnection(address, Postgres.ROLE, secrets.ofServer(POSTGRES))) {
            return !connection.isClosed();
        } catch (SQLException notYet) {
            return false;
        }
    }

    private boolean redisAsksForPassword() {
        try (Socket socket = new Socket()) {
            int limit = (int) CALL_LIMIT.toMillis();
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), ports.get(Ports.REDIS)), limit);
            socket.setSoTimeout(limit);
            socket.getOutputStream().write("PING\r\n".getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readNBytes(7), StandardCharsets.US_ASCII).equals("-NOAUTH");
        } catch (IOException notYet) {
            return false;
        }
    }

    private boolean answersHttp(String address) {
        try {
            HttpRequest request = HttpRequest.newBuilder(URI.create(address))
                    .timeout(CALL_LIMIT)
                    .build();
            int status =
                    http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
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
        // All get the signal before the first is waited for.
        children.values().forEach(ChildProcess::askToStop);
        for (ChildProcess child : children.values()) {
            child.stop(STOP_LIMIT);
        }
    }
}
