package caravana.checks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code check-routes --graphs} as it is run: what it prints, where, and its exit status. */
class GraphsCommandTest {

    private static final String ENTRY = """
            nombre: sepia
            description: {es: Algo., en: Something.}
            order: 1
            filter: %s
            """;

    @TempDir
    Path folder;

    private static final String NO_DATABASE =
            "caravana: skipped: preparing the SQL statements, since no database answers."
                    + " They were checked against the migrations' schema. Start ./caravana up, or name a database by --sql.\n";

    private record Run(int status, String output, String errors) {}

    @Test
    void ffmpegRunsTheGraphs() throws Exception {
        Run run = check("hue=s=0", System.getenv("PATH"));

        assertThat(run)
                .isEqualTo(new Run(
                        0,
                        routes() + ": nothing is wrong\n",
                        NO_DATABASE + "caravana: ffmpeg runs 1 graphs of the catalogue\n"));
    }

    @Test
    void whatFfmpegRefusesIsAFinding() throws Exception {
        Run run = check("huee=s=0", System.getenv("PATH"));

        assertThat(run.status()).isEqualTo(1);
        assertThat(run.output())
                .startsWith("catalogue/sepia.yaml:4: ffmpeg refuses sepia: No such filter: 'huee'")
                .contains("[catalogue-ffmpeg]");
    }

    @Test
    void withoutFfmpegThatPartIsSkippedAndSaysSo() throws Exception {
        Run run = check("huee=s=0", folder.toString());

        assertThat(run)
                .isEqualTo(new Run(
                        0,
                        routes() + ": nothing is wrong\n",
                        NO_DATABASE + "caravana: skipped: the graphs of the catalogue, since ffmpeg cannot be run\n"));
    }

    private Path routes() {
        return folder.resolve("camel");
    }

    private Run check(String filter, String path) throws IOException, InterruptedException {
        Path presets = Files.createDirectories(routes().resolve("catalogue/presets"));
        Files.writeString(presets.resolveSibling("sepia.yaml"), ENTRY.formatted(filter));
        Files.writeString(
                presets.resolve("predeterminado.yaml"),
                "nombre: predeterminado\ndescription: {es: Algo., en: Something.}\ntransformaciones: [sepia]\n");
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-Dslf4j.internal.verbosity=ERROR",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "check",
                routes().toString(),
                "text",
                "graphs");
        builder.environment().put("PATH", path);
        builder.environment().put("XDG_CACHE_HOME", folder.resolve("cache").toString());
        builder.environment().remove("CARAVANA_CHECK_DATABASE");
        Path errors = folder.resolve("errors");
        Process process = builder.redirectError(errors.toFile()).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Run(process.waitFor(), output, Files.readString(errors));
    }
}
