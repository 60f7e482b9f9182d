package caravana.routes;

import caravana.aws.AwsConfiguration;
import caravana.checks.Finding;
import caravana.checks.RouteChecks;
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
 * Routes that do not come with the jar: fetched from the bucket when {@code caravana.routes.version} names one of its
 * versions, and checked before anything of the app starts. What is wrong with them stops the start.
 */
final class RoutesFromOutside implements ApplicationContextInitializer<ConfigurableApplicationContext> {

    private static final Log LOG = LogFactory.getLog(RoutesFromOutside.class);
    private static final String LOCATION = "caravana.routes.location";
    private static final String FILE = "file:";

    @Override
    public void initialize(ConfigurableApplicationContext context) {
        ConfigurableEnvironment environment = context.getEnvironment();
        String version = environment.getProperty("caravana.routes.version", "");
        String location = environment.getProperty(LOCATION, "");
        try {
            if (!version.isBlank()) {
                if (location.startsWith(FILE)) {
                    throw new RoutesRefusedException(
                            "The settings name routes twice: version " + version + " and the folder " + location,
                            "Set CARAVANA_ROUTES_VERSION or CARAVANA_ROUTES, not both");
                }
                location = FILE + fetch(environment, version);
                environment
                        .getPropertySources()
                        .addFirst(new MapPropertySource("fetched routes", Map.of(LOCATION, location)));
            }
            if (location.startsWith(FILE)) {
                String name = version.isBlank() ? location.substring(FILE.length()) : "version " + version;
                check(name, Path.of(location.substring(FILE.length())));
                LOG.info("Routes from " + name + ", checked");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path fetch(ConfigurableEnvironment environment, String version) throws IOException {
        Path folder = Files.createTempDirectory("caravana-routes-");
        Runtime.getRuntime()
                .addShutdownHook(new Thread(() -> FileSystemUtils.deleteRecursively(folder.toFile()), "delete-routes"));
        try (S3Client s3 = AwsConfiguration.s3Client(environment)) {
            new RouteStore(s3, environment.getRequiredProperty("caravana.s3.bucket")).fetch(version, folder);
        }
        return folder;
    }

    private static void check(String name, Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            throw new RoutesRefusedException(
                    "There is no folder " + folder,
                    "Set CARAVANA_ROUTES to file:/path/to/camel, which holds the routes");
        }
        List<Finding> findings = RouteChecks.check(folder);
        if (!findings.isEmpty()) {
            throw new RoutesRefusedException(
                    "The routes in " + name + " are not as they should be:\n\n"
                            + findings.stream().map(Finding::toString).collect(Collectors.joining("\n")),
                    "Correct them (./caravana check-routes tells the same), or go back to the version before");
        }
    }
}
