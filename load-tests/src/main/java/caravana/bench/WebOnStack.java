package caravana.bench;

import caravana.local.ApiClient;
import caravana.local.AppProcess;
import caravana.local.LocalStack;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/** A local stack with web, and an account there. */
final class WebOnStack implements AutoCloseable {

    static final Duration START = Duration.ofSeconds(90);

    private final LocalStack stack;
    private final AppProcess web;
    private final ApiClient client;

    private WebOnStack(LocalStack stack, AppProcess web, ApiClient client) {
        this.stack = stack;
        this.web = web;
        this.client = client;
    }

    /**
     * Starts both and waits until they serve.
     *
     * @param folder for their data and logs
     * @param settings of web, besides those that point it at the stack
     */
    static WebOnStack start(Path folder, Map<String, String> settings) throws IOException, InterruptedException {
        return start(folder, settings, AppProcess::start);
    }

    /** The same with the JVM of an instance: for what clients do to each other, and not for how little web gets along with. */
    static WebOnStack startAsDeployed(Path folder, Map<String, String> settings)
            throws IOException, InterruptedException {
        return start(folder, settings, AppProcess::startAsDeployed);
    }

    private interface Starter {
        AppProcess start(String module, Map<String, String> environment, Path log);
    }

    private static WebOnStack start(Path folder, Map<String, String> settings, Starter starter)
            throws IOException, InterruptedException {
        LocalStack stack = LocalStack.start(folder.resolve("stack"));
        AppProcess web = null;
        try {
            Map<String, String> all = new HashMap<>(stack.environment());
            all.putAll(settings);
            web = starter.start(AppProcess.WEB, all, folder.resolve("web.log"));
            web.awaitReady();
            return new WebOnStack(stack, web, ApiClient.signUp(web.uri()));
        } catch (IOException | InterruptedException | RuntimeException e) {
            if (web != null) {
                web.close();
            }
            stack.close();
            throw e;
        }
    }

    AppProcess web() {
        return web;
    }

    ApiClient client() {
        return client;
    }

    /** The settings that point an app at the stack. */
    Map<String, String> environment() {
        return stack.environment();
    }

    /** A connection to the database, for what the API does not do. */
    Connection database() throws SQLException {
        return DriverManager.getConnection(stack.jdbcUrl());
    }

    @Override
    public void close() {
        web.close();
        stack.close();
    }
}
