package caravana.routes;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/** The name of the routes that this app runs, for operators. */
@Component
public class RouteVersion {

    private static final String BUILT_IN = "built-in";

    private final String name;

    RouteVersion(
            @Value("${caravana.routes.version:}") String version,
            @Value("${" + RoutesFromOutside.SOURCE + ":}") String source) {
        name = !version.isBlank() ? version : !source.isBlank() ? source : BUILT_IN;
    }

    /** Returns the shipped version, the folder, or {@code built-in} for the routes in the jar. */
    public String name() {
        return name;
    }
}
