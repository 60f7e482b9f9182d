package caravana.system;

import static org.assertj.core.api.Assertions.assertThat;

import caravana.test.SampledClass;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the build leaves when a library's version has changed since the last one, tried on the project's poms alone. */
@SampledClass(turn = 0)
class BuildTest {

    private static final Path PROJECT = Path.of("..").toAbsolutePath().normalize();
    private static final String STALE = "s3proxy-2.7.0.jar";

    @TempDir
    Path copy;

    @Test
    void aJarOfAFormerVersionIsNoLongerOnTheClassPath() throws Exception {
        try (Stream<Path> poms = Files.find(PROJECT, 2, (file, is) -> file.endsWith("pom.xml"))) {
            for (Path pom : poms.toList()) {
                Path to = copy.resolve(PROJECT.relativize(pom));
                Files.createDirectories(to.getParent());
                Files.copy(pom, to);
            }
        }
        List<Path> folders = Stream.of(
                        "local-stack/target/lib",
                        "route-checks/target/lib",
                        "load-tests/target/lib",
                        "jmeter/target/jmeter/lib")
                .map(copy::resolve)
                .toList();
        for (Path folder : folders) {
            Files.createDirectories(folder);
            Files.createFile(folder.resolve(STALE));
        }

        maven("package", "-Dmaven.test.skip=true", "-pl", "local-stack,route-checks", "-am");
        // Their other steps need what is built from sources.
        maven("clean:clean@empty-libraries", "-pl", "load-tests,jmeter");

        assertThat(folders).noneMatch(folder -> Files.exists(folder.resolve(STALE)));
        try (Stream<Path> libraries = Files.list(folders.get(0))) {
            assertThat(libraries.map(jar -> jar.getFileName().toString()))
                    .as("filled again")
                    .anyMatch(name -> name.startsWith("s3proxy-"));
        }
    }

    private void maven(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("mvn", "-B", "-q", "--no-transfer-progress"));
        command.addAll(List.of(arguments));
        Path log = copy.resolve("maven.log");
        Process maven = new ProcessBuilder(command)
                .directory(copy.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        try {
            assertThat(maven.waitFor(10, TimeUnit.MINUTES)).as("ends").isTrue();
        } finally {
            maven.destroyForcibly();
        }
        assertThat(maven.exitValue()).as(Files.readString(log)).isZero();
    }
}
