package caravana.system.routes;

import static org.assertj.core.api.Assertions.assertThat;

import caravana.test.Sample;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** Route files that Kaoto has loaded and saved are what they were: each step, and each description and note. */
class KaotoTest {

    private static final String KAOTO = "@kaoto/kaoto@2.7.1";
    private static final Path ROUTES =
            Path.of("../src/main/resources/camel").toAbsolutePath().normalize();
    private static final Path FOLDER = Path.of("target/kaoto").toAbsolutePath();

    private static final String PROOF = "all routes through Kaoto's serializer";

    private record Ended(int status, String output) {}

    @Test
    void everyRouteFileIsTheSameAfterKaotoHasSavedIt() throws Exception {
        Sample.require(isInstalled("node") && isInstalled("npm"), PROOF, "it needs Node.js with npm");
        fetchKaoto();
        succeed("node", "bundle.mjs");
        Path saved = Files.createTempDirectory(FOLDER, "saved-");
        succeed("node", "save.cjs", ROUTES.toString(), saved.toString());

        List<Path> files = routes();
        assertThat(files).isNotEmpty();
        for (Path file : files) {
            String name = ROUTES.relativize(file).toString();
            assertThat(yaml(saved.resolve(name))).as(name).isEqualTo(yaml(file));
        }
        System.out.println("Kaoto has saved " + files.size() + " route files, and all are the same");
    }

    private static void fetchKaoto() throws Exception {
        Files.createDirectories(FOLDER);
        try (Stream<Path> parts = Files.list(Path.of("src/test/kaoto"))) {
            for (Path part : parts.toList()) {
                Files.copy(part, FOLDER.resolve(part.getFileName()), StandardCopyOption.REPLACE_EXISTING);
            }
        }
        if (Files.isDirectory(FOLDER.resolve("package/lib/esm")) && Files.isDirectory(FOLDER.resolve("node_modules"))) {
            return;
        }
        require(run("npm", "install", "--ignore-scripts", "--no-audit", "--no-fund"));
        // All that it depends on is a user interface of two hundred packages.
        Ended packed = run("npm", "pack", "--silent", KAOTO);
        require(packed);
        succeed(
                "tar",
                "-xzf",
                packed.output().strip().lines().reduce((first, last) -> last).orElseThrow(),
                "package/lib/esm");
    }

    private static void require(Ended npm) {
        Sample.require(
                npm.status() == 0,
                PROOF,
                "npm cannot fetch it: " + npm.output().lines().findFirst().orElse(""));
    }

    private static boolean isInstalled(String program) throws InterruptedException {
        try {
            return new ProcessBuilder(program, "--version").start().waitFor() == 0;
        } catch (IOException absent) {
            return false;
        }
    }

    private static void succeed(String... command) throws Exception {
        Ended ended = run(command);
        assertThat(ended.status()).as(ended.output()).isZero();
    }

    private static Ended run(String... command) throws Exception {
        Process process = new ProcessBuilder(command)
                .directory(FOLDER.toFile())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Ended(process.waitFor(), output);
    }

    private static List<Path> routes() throws IOException {
        try (Stream<Path> files = Files.walk(ROUTES)) {
            return files.filter(file -> file.toString().endsWith(".camel.yaml")).toList();
        }
    }

    private static Object yaml(Path file) throws IOException {
        return new Yaml(new SafeConstructor(new LoaderOptions())).load(Files.readString(file));
    }
}
