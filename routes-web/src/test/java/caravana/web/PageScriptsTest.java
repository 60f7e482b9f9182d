package caravana.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import caravana.test.ForeignClients;
import caravana.test.Sample;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** ESLint finds nothing in the page's scripts, neither a mistake nor another format; its rules are in eslint.config.mjs. */
class PageScriptsTest {

    private static final Path PROJECT = Path.of("..").toAbsolutePath().normalize();
    private static final String PAGE = "routes-web/src/main/resources/static/page";
    private static final Path ESLINT = ForeignClients.installed("node_modules/eslint/bin/eslint.js");
    private static final Path INSTALLED = ForeignClients.installed("eslint.installed");

    @TempDir
    Path copy;

    @BeforeEach
    void requireEslint() {
        Sample.require(
                Files.exists(INSTALLED), "the page's scripts by ESLint", "run ./caravana test lint, which installs it");
    }

    @Test
    void theyHaveNoMistakeAndOneFormat() throws Exception {
        assertThat(lint(PROJECT)).isEmpty();
        System.out.println("RESULT name=page-scripts value=0 unit=findings target=0 verdict=pass");
    }

    @Test
    void aMistakeIsFound() throws Exception {
        Files.createDirectories(copy.resolve(PAGE));
        Files.copy(PROJECT.resolve("eslint.config.mjs"), copy.resolve("eslint.config.mjs"));
        Files.writeString(copy.resolve(PAGE).resolve("made-up.js"), """
                import {h} from './dom.js';
                document.body.innerHTML = title;
                  var unused = "double quotes"
                """);

        assertThatThrownBy(() -> lint(copy))
                .hasMessageContaining("no-restricted-properties")
                .hasMessageContaining("'title' is not defined")
                .hasMessageContaining("'h' is defined but never used")
                .hasMessageContaining("@stylistic/quotes")
                .hasMessageContaining("@stylistic/indent");
    }

    private static String lint(Path project) throws Exception {
        return ForeignClients.run(project, Map.of(), List.of("node", ESLINT.toString(), PAGE));
    }
}
