package caravana.routes;

import caravana.checks.RouteFiles;
import java.util.Map;
import java.util.stream.Collectors;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;

/** Tells Camel which of the routes' folders this app loads, as the checks of routes know it. */
final class RoutePatterns implements ApplicationContextInitializer<ConfigurableApplicationContext> {

    @Override
    public void initialize(ConfigurableApplicationContext context) {
        ConfigurableEnvironment environment = context.getEnvironment();
        String patterns = RouteFiles.folders(environment.getRequiredProperty("caravana.routes.app")).stream()
                .map(folder -> "${caravana.routes.location}/" + folder + "/*.camel.yaml")
                .collect(Collectors.joining(","));
        environment
                .getPropertySources()
                .addLast(new MapPropertySource("route patterns", Map.of("caravana.routes.patterns", patterns)));
    }
}
