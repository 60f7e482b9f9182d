package caravana.checks;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The list of routes in the documentation is the routes'. */
class RouteListTest {

    @Test
    void theDocumentIsUpToDate() throws Exception {
        assertThat(Files.readString(Path.of("../docs/routes.md")))
                .as("./caravana routes > docs/routes.md")
                .isEqualTo(RouteList.of(Path.of("../src/main/resources/camel")));
    }
}
