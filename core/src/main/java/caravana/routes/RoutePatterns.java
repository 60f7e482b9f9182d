package caravana.routes;

import caravana.checks.RouteFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;

/**
 * Gives Camel the folders of routes that this app loads, from the same list as the checks. The routes inside the app's
 * jar are named file by file, because Camel unpacks the whole jar for each pattern.
 */
final class RoutePatterns implements ApplicationContextInitializer<ConfigurableApplicationContext> {

    private static final String ROUTES = "*.camel.yaml";

    @Override
    public void initialize(ConfigurableApplicationContext context) {
        ConfigurableEnvironment environment = context.getEnvironment();
        List<String> folders = RouteFiles.folders(environment.getRequiredProperty("caravana.routes.app"));
        String location = environment.getRequiredProperty("caravana.routes.location");
        Stream<String> files = location.startsWith("classpath:")
                ? shipped(location, folders)
                : folders.stream().map(folder -> location + "/" + folder + "/" + ROUTES);
        environment
                .getPropertySources()
                .addLast(new MapPropertySource(
                        "route patterns", Map.of("caravana.routes.patterns", files.collect(Collectors.joining(",")))));
    }

    private static Stream<String> shipped(String location, List<String> folders) {
        try {
            return Stream.of(new PathMatchingResourcePatternResolver().getResources(location + "/*/" + ROUTES))
                    .map(RoutePatterns::folderAndName)
                    .filter(file -> folders.contains(file.substring(0, file.indexOf('/'))))
                    .sorted()
                    .map(file -> location + "/" + file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String folderAndName(Resource file) {
        try {
            String address = file.getURL().toString();
            int name = address.lastIndexOf('/');
            return address.substring(address.lastIndexOf('/', name - 1) + 1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
