package caravana.checks;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** What a check takes over from the one before changes nothing about what it finds. */
class RouteChecksTest {

    private static final String CLAIM = "job/claim-job.camel.yaml";

    private static final List<Consumer<Map<String, String>>> EDITS = List.of(
            files -> files.computeIfPresent(CLAIM, (file, text) -> text + "}\n"),
            files -> {},
            // What one file says is wrong in another.
            files -> files.computeIfPresent(
                    "job/claim-job.sql",
                    (file, text) -> text.replace("outcome", "otcome").replace("now()", "nwo()")),
            files -> files.remove("queue/acknowledge-job.camel.yaml"),
            files -> files.computeIfPresent("catalogue/girar.yaml", (file, text) -> text.replace("order:", "ordre:")),
            files -> files.put("job/left-over.camel.yaml", files.get(CLAIM)),
            files -> {});

    /** A finding begins with a capital, unless with the name of a file. */
    @Test
    void aFileIsNamedAsItIs() throws Exception {
        Map<String, String> files = RouteFiles.read(Path.of("../src/main/resources/camel"));
        files.computeIfPresent(
                "failure/left-waiting.sql", (file, text) -> text.replace("AS integer) AS delay", "AS integer)"));

        assertThat(new RouteChecks().check(files))
                .extracting(Finding::toString)
                .singleElement()
                .asString()
                .contains(": failure/left-waiting.sql returns no column delay.");
    }

    @Test
    void itIsAsGoodAsAFirstCheck() throws Exception {
        Map<String, String> files = RouteFiles.read(Path.of("../src/main/resources/camel"));
        RouteChecks again = new RouteChecks();
        int wrong = 0;
        for (Consumer<Map<String, String>> edit : EDITS) {
            Map<String, String> edited = new TreeMap<>(files);
            edit.accept(edited);

            List<Finding> findings = again.check(edited);

            assertThat(findings).isEqualTo(new RouteChecks().check(edited));
            wrong += findings.isEmpty() ? 0 : 1;
        }
        assertThat(wrong).isEqualTo(EDITS.size() - 2);
    }
}
