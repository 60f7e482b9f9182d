package caravana.system.upgrade;

import caravana.local.AppProcess;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;

/**
 * A built version of the project.
 *
 * @param root its root folder
 * @param version as its apps report it
 * @param settings what its apps get beside what all get
 */
record Build(Path root, String version, Map<String, String> settings) {

    static Build in(Path root, Map<String, String> settings) throws IOException {
        Properties properties = new Properties();
        try (InputStream file =
                Files.newInputStream(root.resolve("core/target/classes/META-INF/build-info.properties"))) {
            properties.load(file);
        }
        return new Build(root, properties.getProperty("build.version"), settings);
    }

    static Build present(Map<String, String> settings) throws IOException {
        return in(AppProcess.thisBuild(), settings);
    }

    private static final String ROUTES = "CARAVANA_ROUTES_VERSION";

    /** The same with a pinned version of the routes. */
    Build withRoutes(String routes) {
        Map<String, String> pinned = new HashMap<>(settings);
        pinned.put(ROUTES, routes);
        return new Build(root, version, pinned);
    }

    /** The version of the routes that it pins, or null. */
    String routes() {
        return settings.get(ROUTES);
    }

    /** The first two numbers, by which routes fit. */
    String minor() {
        return version.replaceFirst("^(\\d+\\.\\d+)\\..*$", "$1");
    }
}
