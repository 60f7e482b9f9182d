package caravana.measure;

import caravana.local.ApiClient;
import caravana.local.AppProcess;
import caravana.local.LocalStack;
import caravana.local.RunFolder;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** The system under load: a running web, or a local stack of our own with the required workers. */
public final class Target implements AutoCloseable {

    private static final String PATH = "PATH";
    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final URI web;
    private final Own own;
    private boolean closed;

    private Target(URI web, Own own) {
        this.web = web;
        this.own = own;
    }

    /**
     * @param url where web answers; null starts a local stack and a web on free ports
     */
    public static Target of(URI url) throws IOException, InterruptedException {
        return url == null ? ofOwn(Map.of()) : new Target(url, null);
    }

    /**
     * Starts a local stack and a web on free ports.
     *
     * @param settings of the apps, besides those that point them at the stack
     */
    public static Target ofOwn(Map<String, String> settings) throws IOException, InterruptedException {
        Own own = new Own(settings);
        return new Target(own.web.uri(), own);
    }

    public URI web() {
        return web;
    }

    /** The local stack; empty when web is somebody else's, and its workers too. */
    public Optional<Own> own() {
        return Optional.ofNullable(own);
    }

    /** Ends what was started, once. */
    @Override
    public synchronized void close() {
        if (own != null && !closed) {
            closed = true;
            own.close();
        }
    }

    /** A local stack with web and, when they are wanted, workers. */
    public static final class Own {

        /** All that a web node takes by default: a scenario's one account stands for many. */
        private static final String UPLOADS_OF_ONE_ACCOUNT = "16";

        private static final String CALLS_OF_ONE_ACCOUNT = "192";

        private final Path folder;
        private final LocalStack stack;
        private final AppProcess web;
        private final ApiClient operator;
        private final Map<String, String> more;
        private final List<AppProcess> workers = new ArrayList<>();
        private int started;

        private Own(Map<String, String> more) throws IOException, InterruptedException {
            this.more = more;
            folder = Files.createTempDirectory(RunFolder.open(Project.root().resolve(".caravana/load")), "system-");
            stack = LocalStack.start(folder.resolve("stack"));
            AppProcess starting = null;
            try {
                Map<String, String> settings = new HashMap<>(stack.environment());
                settings.put("CARAVANA_UPLOAD_AT_ONCE_PER_ACCOUNT", UPLOADS_OF_ONE_ACCOUNT);
                settings.put("CARAVANA_CALLS_AT_ONCE_PER_ACCOUNT", CALLS_OF_ONE_ACCOUNT);
                settings.putAll(more);
                starting = AppProcess.start(AppProcess.WEB, settings, folder.resolve("web.log"));
                starting.awaitReady();
                operator = ApiClient.logIn(
                        starting.uri(),
                        stack.environment().get("CARAVANA_OPERATOR_EMAIL"),
                        stack.environment().get("CARAVANA_OPERATOR_PASSWORD"));
            } catch (IOException | InterruptedException | RuntimeException e) {
                if (starting != null) {
                    starting.close();
                }
                stack.close();
                throw e;
            }
            web = starting;
        }

        /**
         * Replaces the workers.
         *
         * @param slots jobs that each does at once
         * @param tools a folder whose programs are taken before the machine's own, such as a stub for ffmpeg
         */
        public void startWorkers(int count, int slots, Optional<Path> tools) {
            stopWorkers();
            Map<String, String> settings = new HashMap<>(stack.environment());
            settings.put("CARAVANA_WORKER_SLOTS", String.valueOf(slots));
            settings.putAll(more);
            tools.ifPresent(own -> settings.put(PATH, own + ":" + System.getenv(PATH)));
            for (int i = 0; i < count; i++) {
                String name = "worker-" + ++started;
                settings.put("CARAVANA_WORK_DIR", folder.resolve(name).toString());
                workers.add(AppProcess.start(AppProcess.WORKER, settings, folder.resolve(name + ".log")));
            }
            workers.forEach(worker -> worker.awaitReady());
        }

        /** Where the worker that was started last has its jobs' folders. */
        public Path workFolder() {
            return folder.resolve("worker-" + started);
        }

        public void stopWorkers() {
            workers.forEach(AppProcess::close);
            workers.clear();
        }

        /** Lets the workers take no more jobs; each of them hears it within a second. */
        public void pause() throws IOException, InterruptedException {
            order("pause", HttpRequest.BodyPublishers.ofString("{\"reason\":\"a measurement\"}"));
        }

        /** Lets the workers take no more jobs, and waits until each says that it takes none. */
        public void pauseAndWait() throws IOException, InterruptedException {
            pause();
            while (!allSayPaused()) {
                LockSupport.parkNanos(POLL_NANOS);
            }
        }

        private boolean allSayPaused() throws IOException, InterruptedException {
            JsonNode queue = JSON.readTree(
                    operator.get(web.uri().resolve("/api/ops/queue")).body());
            int paused = 0;
            for (JsonNode worker : queue.path("workers")) {
                for (JsonNode reason : worker.path("closed_by")) {
                    paused += reason.asText().equals("paused") ? 1 : 0;
                }
            }
            return paused >= workers.size();
        }

        /** A connection to the database, for what the API does not tell. */
        public Connection database() throws SQLException {
            return DriverManager.getConnection(stack.jdbcUrl());
        }

        /** Lets the workers continue; each of them hears it within a second. */
        public void resume() throws IOException, InterruptedException {
            order("resume", HttpRequest.BodyPublishers.noBody());
        }

        private void order(String order, HttpRequest.BodyPublisher body) throws IOException, InterruptedException {
            HttpResponse<String> answer =
                    operator.send(operator.request(web.uri().resolve("/api/ops/workers/" + order))
                            .header("Content-Type", "application/json")
                            .POST(body)
                            .build());
            if (answer.statusCode() != 200) {
                throw new IOException("The order was answered " + answer.statusCode() + ": " + answer.body());
            }
        }

        /** The web's process. */
        public AppProcess web() {
            return web;
        }

        /** The workers' processes. */
        public List<AppProcess> workers() {
            return List.copyOf(workers);
        }

        /** The variables that point a program at the servers. */
        public Map<String, String> environment() {
            return stack.environment();
        }

        /** With it the plan lets the workers continue. */
        public String operatorToken() {
            return operator.token();
        }

        private void close() {
            stopWorkers();
            web.close();
            stack.close();
            try {
                Project.delete(folder);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
