package caravana.routes;

import caravana.aws.AwsConfiguration;
import caravana.checks.Finding;
import caravana.checks.RouteChecks;
import caravana.checks.RouteFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;
import org.springframework.util.FileSystemUtils;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * Routes from outside the jar: from a folder, or from the version in the bucket that {@code caravana.routes.version}
 * names. They are read once and checked before the app starts, and a mistake in them prevents the start. The app loads
 * them from its own copy, so that it runs exactly what was checked, even if the folder changes meanwhile.
 */
final class RoutesFromOutside implements ApplicationContextInitializer<ConfigurableApplicationContext> {

    /** The setting that has the folder, when the routes come from a folder. */
    static final String SOURCE = "caravana.routes.source";

    private static final Log LOG = LogFactory.getLog(RoutesFromOutside.class);
    private static final String LOCATION = "caravana.routes.location";
    private static final String FILE = "file:";

    @Override
    public void initialize(ConfigurableApplicationContext context) {
        ConfigurableEnvironment environment = context.getEnvironment();
        String version = environment.getProperty("caravana.routes.version", "");
        String location = environment.getProperty(LOCATION, "");
        boolean folder = location.startsWith(FILE);
        if (version.isBlank() && !folder) {
            return;
        }
        if (!version.isBlank() && folder) {
            throw new RoutesRefusedException(
                    "Two settings name routes: version " + version + " and the folder " + location,
                    "Set CARAVANA_ROUTES_VERSION or CARAVANA_ROUTES, not both");
        }
        String source = folder ? location.substring(FILE.length()) : "";
        String name = folder ? source : "version " + version;
        try {
            Map<String, String> routes = folder ? read(Path.of(source)) : fetch(environment, version);
            check(name, routes);
            Path copy = copy(routes);
            environment
                    .getPropertySources()
                    .addFirst(new MapPropertySource(
                            "routes from outside", Map.of(LOCATION, FILE + copy, SOURCE, source)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        LOG.info("Routes from " + name + ", checked");
    }

    private static Map<String, String> read(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            throw new RoutesRefusedException(
                    "There is no folder " + folder,
                    "Set CARAVANA_ROUTES to file:/path/to/camel, which holds the routes");
        }
        return RouteFiles.read(folder);
    }

    private static Map<String, String> fetch(ConfigurableEnvironment environment, String version) {
        try (S3Client s3 = AwsConfiguration.s3Client(environment)) {
            return new RouteStore(s3, environment.getRequiredProperty("caravana.s3.bucket"))
                    .fetch(version, AppVersions.thisApp());
        }
    }

    private static Path copy(Map<String, String> routes) throws IOException {
        Path folder = Files.createTempDirectory("caravana-routes-");
        Runtime.getRuntime()
                .addShutdownHook(new Thread(() -> FileSystemUtils.deleteRecursively(folder.toFile()), "delete-routes"));
        RouteFiles.write(folder, routes);
        return folder;
    }

    private static String counted(int findings) {
        return findings == 1 ? "an error" : findings + " errors";
    }

    private static void check(String name, Map<String, String> routes) {
        List<Finding> findings = RouteChecks.toRun().check(routes);
        if (!findings.isEmpty()) {
            throw new RoutesRefusedException(
                    "The routes in " + name + " have " + counted(findings.size()) + ":\n\n"
                            + findings.stream().map(Finding::toString).collect(Collectors.joining("\n")),
                    "Correct them (./caravana check-routes reports the same), or set the previous version");
        }
    }
}
