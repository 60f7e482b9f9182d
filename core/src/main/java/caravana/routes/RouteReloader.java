package caravana.routes;

import caravana.checks.Finding;
import caravana.checks.RouteChecks;
import caravana.checks.RouteFiles;
import caravana.checks.TransformationFiles;
import caravana.statement.StatementFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.camel.CamelContext;
import org.apache.camel.spi.Resource;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.jdbc.JdbcConnectionDetails;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Profile;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;

/**
 * Loads edited routes into the running app, for {@code ./caravana up --watch}. If the checks find a mistake, or Camel
 * cannot start a route, the mistake is reported, and the former routes continue to run.
 *
 * <p>It exists only in the profile {@code local}: a changed route is stopped and started, and its callers wait
 * meanwhile.
 */
@Component
@Profile("local")
@ConditionalOnProperty("caravana.routes.watch")
public final class RouteReloader {

    private static final Logger LOG = LoggerFactory.getLogger(RouteReloader.class);
    private static final Duration PERIOD = Duration.ofMillis(200);

    /** Camel makes the routes of this file once, from the contract, so it cannot be reloaded. */
    private static final String CONTRACT = "api/rest-api.camel.yaml";

    private static final String SQL = ".sql";

    private final CamelContext camel;
    private final StatementFiles statements;
    private final ApplicationEventPublisher events;

    /** The folder with the files that people edit. */
    private final Path folder;

    private final StableFiles edited;

    /** The folder from which the app loads its routes and their SQL. It has only checked files. */
    private final Path loaded;

    private final String app;
    private final RouteChecks checks = RouteChecks.toRun();
    private final EditedStatements prepared;
    private final Thread watcher = new Thread(this::watch, "route-watcher");

    /** The files that the app runs. */
    private Map<String, String> served;

    /** The files that were checked last: the same as {@link #served}, or an edit that was refused. */
    private Map<String, String> seen;

    private volatile boolean reloading;

    /** Whether the last report was about a mistake. */
    private boolean failing;

    RouteReloader(
            CamelContext camel,
            StatementFiles statements,
            ApplicationEventPublisher events,
            JdbcConnectionDetails database,
            @Value("${" + RoutesFromOutside.SOURCE + "}") Path folder,
            @Value("${caravana.routes.location}") String location,
            @Value("${caravana.routes.app}") String app)
            throws IOException {
        this.camel = camel;
        this.statements = statements;
        this.events = events;
        this.folder = folder;
        this.edited = new StableFiles(folder);
        this.loaded = Path.of(location.replaceFirst("^file:", ""));
        this.app = app;
        this.prepared = new EditedStatements(database, app);
        this.served = RouteFiles.read(loaded);
        this.seen = served;
        watcher.setDaemon(true);
    }

    @EventListener(ApplicationReadyEvent.class)
    void begin() {
        LOG.info("Watching the routes in {}", folder);
        List<Finding> refused = prepared.refused(Map.of(), served);
        refused.forEach(finding -> LOG.warn("{}", finding));
        failing = !refused.isEmpty();
        watcher.start();
    }

    @EventListener(ContextClosedEvent.class)
    void end() {
        watcher.interrupt();
    }

    /** Returns whether routes are being replaced at the moment. A missing route may then return within a moment. */
    public boolean isReloading() {
        return reloading;
    }

    private void watch() {
        try {
            while (true) {
                synchronized (this) {
                    wait(PERIOD.toMillis());
                }
                poll();
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    private void poll() {
        Map<String, String> now = edited.look().orElse(seen);
        if (now.equals(seen)) {
            return;
        }
        seen = now;
        try {
            // The other app reports mistakes in its own routes.
            List<Finding> findings = checks.check(now).stream()
                    .filter(finding -> RouteFiles.isLoadedBy(app, finding.file()))
                    .toList();
            if (findings.isEmpty()) {
                findings = prepared.refused(served, now);
            }
            if (findings.isEmpty()) {
                apply(now);
            } else {
                findings.forEach(finding -> LOG.warn("{}", finding));
                LOG.warn("The former routes continue to run");
                failing = true;
            }
        } catch (RuntimeException | Error e) {
            // An exception would end the thread that watches.
            failing = true;
            LOG.error("This edit could not be loaded; edit again, or restart the app", e);
        }
    }

    private void apply(Map<String, String> now) {
        Set<String> files = RouteFiles.affected(served, now, app);
        if (files.contains(CONTRACT)) {
            LOG.warn("{} is bound only when the app starts; restart the app to use this edit", CONTRACT);
            files.remove(CONTRACT);
        }
        reloading = true;
        try {
            RouteFiles.write(loaded, now);
            if (!files.isEmpty()) {
                load(files, now);
                remove(served, now);
                LOG.info("Reloaded {}", files);
                events.publishEvent(new RoutesReloaded(files));
            }
            served = now;
            reportRecovery();
        } catch (Exception e) {
            failing = true;
            LOG.error("{}", StartFailure.describe(e, now));
            LOG.warn("The former routes continue to run");
            LOG.debug("The error of Camel", e);
            try {
                RouteFiles.write(loaded, served);
                load(files, served);
                remove(now, served);
            } catch (Exception again) {
                LOG.error("The former routes could not be started again either; restart the app", again);
            }
        } finally {
            reloading = false;
        }
    }

    private void reportRecovery() {
        if (failing) {
            LOG.info("The routes are valid again");
            failing = false;
        }
    }

    private void load(Set<String> files, Map<String, String> texts) throws Exception {
        List<Resource> resources = new ArrayList<>();
        List<String> edited = new ArrayList<>();
        for (String file : files) {
            if (file.endsWith(SQL)) {
                edited.add(file);
            } else if (texts.containsKey(file) && !TransformationFiles.isOne(file)) {
                resources.add(
                        ResourceHelper.fromString(Path.of(file).getFileName().toString(), texts.get(file)));
            }
        }
        Runnable takeOverStatements =
                statements.reread(edited.stream().filter(texts::containsKey).toList());
        if (resources.isEmpty()) {
            takeOverStatements.run();
            return;
        }
        if (!edited.isEmpty()) {
            // A statement may need values that only the routes set that were saved together with it.
            stop(files);
        }
        takeOverStatements.run();
        PluginHelper.getRoutesLoader(camel).updateRoutes(resources);
    }

    private void stop(Set<String> files) throws Exception {
        Map<String, String> edited = new HashMap<>(served);
        edited.keySet().retainAll(files);
        for (String route : RouteFiles.routes(edited)) {
            if (camel.getRoute(route) != null) {
                camel.getRouteController().stopRoute(route);
            }
        }
    }

    /** Removes the routes of this app that an edit deleted from its files. */
    private void remove(Map<String, String> before, Map<String, String> after) throws Exception {
        Set<String> gone = new TreeSet<>(RouteFiles.routes(before));
        gone.removeAll(RouteFiles.routes(after));
        for (String route : gone) {
            if (camel.getRoute(route) != null) {
                camel.getRouteController().stopRoute(route);
                camel.removeRoute(route);
            }
        }
    }
}
