package caravana.system.faults;

import caravana.local.AppProcess;
import caravana.local.LocalStack;
import caravana.system.Clients;
import caravana.system.SharedStack;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.sqs.SqsClient;

/**
 * The local stack with one web and several workers as processes. Every connection of theirs to a server goes through a
 * {@link Forwarder}, and those to SQS through the {@link SqsObserver} as well; the test's own go straight to the servers.
 */
public final class Cluster implements AutoCloseable {

    static final List<String> SYSTEMS = List.of("postgres", "redis", "sqs", "s3");

    private final Path folder;
    private final LocalStack stack;
    private final boolean ownStack;
    private final SqsObserver observer;
    private final Map<String, Forwarder> forwarders = new LinkedHashMap<>();
    private final Map<String, String> environment;
    private final Map<String, String> direct;
    private final List<FaultyWorker> workers = new ArrayList<>();
    private Connection asked;
    private volatile AppProcess web;
    private int revived;

    /**
     * Starts the servers; see {@link #startWeb} and {@link #addWorker}.
     *
     * @param settings what the apps get as {@code SPRING_APPLICATION_JSON}
     * @param path the {@code PATH} of the apps, by which a stub takes a tool's place
     */
    public Cluster(Path folder, String settings, String path) throws IOException {
        this(folder, LocalStack.start(folder.resolve("stack")), true, settings, path);
    }

    private Cluster(Path folder, LocalStack stack, boolean ownStack, String settings, String path) throws IOException {
        this.folder = folder;
        this.stack = stack;
        this.ownStack = ownStack;
        direct = stack.environment();
        environment = new HashMap<>(direct);
        environment.put("SPRING_APPLICATION_JSON", settings);
        environment.put("PATH", path);
        URI database = URI.create(direct.get("DATABASE_URL"));
        URI redis = URI.create(direct.get("REDIS_URL"));
        URI s3 = URI.create(direct.get("AWS_ENDPOINT_URL_S3"));
        URI sqs = URI.create(direct.get("AWS_ENDPOINT_URL_SQS"));
        observer = SqsObserver.to(sqs);
        reroute("postgres", database.getPort(), database.getPort());
        reroute("redis", redis.getPort(), redis.getPort());
        reroute("s3", s3.getPort(), s3.getPort());
        reroute("sqs", sqs.getPort(), observer.port());
    }

    /** The same on the {@link SharedStack}, for who stops none of the servers. */
    static Cluster onSharedStack(Path folder, String settings, String path) throws IOException {
        return new Cluster(folder, SharedStack.cleared(), false, settings, path);
    }

    /** Lets the apps reach a server's port by a forwarder to another one. */
    private void reroute(String system, int port, int upstream) throws IOException {
        Forwarder forwarder = Forwarder.to(new InetSocketAddress("127.0.0.1", upstream));
        forwarders.put(system, forwarder);
        environment.replaceAll((name, value) -> name.equals("PATH") || name.equals("SPRING_APPLICATION_JSON")
                ? value
                : value.replace("127.0.0.1:" + port, "127.0.0.1:" + forwarder.port()));
    }

    /** Starts web, or starts it again on another port, and waits until it serves. */
    void startWeb() {
        web = AppProcess.start(AppProcess.WEB, environment, folder.resolve("web.log"));
        web.awaitReady();
    }

    /** Starts one more worker. */
    FaultyWorker addWorker(int slots) {
        return addWorker(slots, Map.of());
    }

    /**
     * Starts one more worker.
     *
     * @param more settings of its own
     */
    FaultyWorker addWorker(int slots, Map<String, String> more) {
        FaultyWorker worker = newWorker(slots);
        worker.use(AppProcess.thisBuild(), more);
        worker.start();
        return worker;
    }

    /** One more worker, which is not started. */
    public FaultyWorker newWorker(int slots) {
        FaultyWorker worker = new FaultyWorker(folder.resolve("worker-" + workers.size()), environment, slots);
        workers.add(worker);
        return worker;
    }

    /** All of them. */
    public List<FaultyWorker> workers() {
        return workers;
    }

    /**
     * Restarts workers that have ended unexpectedly, as systemd does: one that starts while the object store is unavailable
     * ends.
     */
    void supervise() {
        for (FaultyWorker worker : workers) {
            if (!worker.isAlive()) {
                worker.start();
                revived++;
            }
        }
    }

    /** How many times a worker that had ended unexpectedly was started again. */
    int revived() {
        return revived;
    }

    void awaitWorkers() {
        workers.forEach(worker -> worker.awaitReady());
    }

    /** The servers. */
    public LocalStack stack() {
        return stack;
    }

    SqsObserver observer() {
        return observer;
    }

    Forwarder forwarder(String system) {
        return forwarders.get(system);
    }

    AppProcess web() {
        return web;
    }

    /** Where everything of this run is. */
    public Path folder() {
        return folder;
    }

    /** The settings of an app that is started in another way than {@link #addWorker}. */
    public Map<String, String> environment() {
        return environment;
    }

    /** A connection to the database itself. */
    public Connection database() throws SQLException {
        return DriverManager.getConnection(stack.jdbcUrl() + "&connectTimeout=5&socketTimeout=10");
    }

    /**
     * The first column of the only row that a query gives, as text. What runs many times a second does not log in each
     * time: that takes both sides more than the query.
     */
    public synchronized String query(String query) throws SQLException {
        if (asked != null) {
            try {
                return first(query);
            } catch (SQLException outdated) {
                asked.close();
            }
        }
        asked = database();
        return first(query);
    }

    private String first(String query) throws SQLException {
        try (Statement statement = asked.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            row.next();
            return row.getString(1);
        }
    }

    SqsClient sqs() {
        return Clients.sqs(direct);
    }

    S3Client s3() {
        return Clients.s3(direct);
    }

    /** A setting of the servers, such as {@code SQS_QUEUE_URL}, as the test itself reaches them. */
    String setting(String name) {
        return direct.get(name);
    }

    /** Kills every process at once, apps and servers, and starts all of them again on what they left. */
    void restartEverything() {
        workers.forEach(FaultyWorker::kill);
        web.kill();
        SYSTEMS.forEach(stack::kill);
        SYSTEMS.forEach(stack::restart);
        workers.forEach(FaultyWorker::start);
        startWeb();
    }

    /** Where the logs are, for people who want to find out why a run failed. */
    String logs() throws IOException {
        try (var files = Files.list(folder)) {
            return files.filter(f -> f.toString().endsWith(".log"))
                    .map(Path::toString)
                    .sorted()
                    .toList()
                    .toString();
        }
    }

    @Override
    public void close() {
        workers.forEach(FaultyWorker::close);
        if (web != null) {
            web.close();
        }
        forwarders.values().forEach(Forwarder::close);
        observer.close();
        if (ownStack) {
            stack.close();
        }
    }
}
