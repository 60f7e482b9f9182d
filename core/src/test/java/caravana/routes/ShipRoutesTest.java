package caravana.routes;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code ops/bin/ship-routes} does before it has anything to do with a bucket. */
class ShipRoutesTest {

    @TempDir
    Path folder;

    private record Run(int status, String output) {}

    @Test
    void whatFfmpegRefusesIsNotShipped() throws Exception {
        Run run = ship(System.getenv("PATH"));

        assertThat(run.status()).isEqualTo(1);
        assertThat(run.output())
                .contains("catalogue/sepia.yaml:4: ffmpeg refuses sepia: No such filter: 'huee'", "[catalogue-ffmpeg]")
                .endsWith("Nothing was shipped.\n")
                .doesNotContain("S3_BUCKET");
    }

    @Test
    void withoutFfmpegThatPartIsSkippedAndSaysSo() throws Exception {
        Run run = ship(folder.toString());

        assertThat(run.status()).isEqualTo(1);
        assertThat(run.output())
                .contains("Skipped: the graphs of the catalogue, since ffmpeg cannot be run. The build runs them.")
                .contains("Set S3_BUCKET to the deployment's bucket.")
                .doesNotContain("catalogue-ffmpeg");
    }

    /** Routes with a filter that does not exist. */
    private Run ship(String path) throws IOException, InterruptedException {
        Path presets = Files.createDirectories(folder.resolve("camel/catalogue/presets"));
        Files.writeString(presets.resolveSibling("sepia.yaml"), """
                nombre: sepia
                description: {es: Algo., en: Something.}
                order: 1
                filter: huee=s=0
                """);
        Files.writeString(presets.resolve("predeterminado.yaml"), """
                nombre: predeterminado
                description: {es: Algo., en: Something.}
                transformaciones: [sepia]
                """);
        ProcessBuilder builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-Dslf4j.internal.verbosity=ERROR",
                        "-cp",
                        System.getProperty("java.class.path"),
                        ShipRoutes.class.getName(),
                        "1",
                        folder.resolve("camel").toString())
                .redirectErrorStream(true);
        builder.environment().put("PATH", path);
        builder.environment().put("XDG_CACHE_HOME", folder.resolve("cache").toString());
        builder.environment().remove("S3_BUCKET");
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Run(process.waitFor(), output);
    }
}
