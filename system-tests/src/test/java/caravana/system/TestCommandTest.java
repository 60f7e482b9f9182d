package caravana.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import caravana.local.Liveness;
import caravana.test.Waits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code ./caravana test} around Maven: what it prints last, how it ends, and that nothing outlives it. */
class TestCommandTest {

    private static final String REPORT = """
            <?xml version="1.0" encoding="UTF-8"?>
            <testsuite xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" version="3.0.2" name="%1$s" time="%2$s" tests="1">
              <testcase name="it" time="0"/>
              <system-out><![CDATA[Left out: 2 of 3 for %1$s
            ]]></system-out>
            </testsuite>
            """;

    @TempDir
    Path project;

    @Test
    void theSlowestClassesAndWhatIsLeftOutAreLastAndTheStatusIsMavens() throws Exception {
        report("earlier", "EarlierTest", "9999");
        StringBuilder reports = new StringBuilder();
        for (int i = 1; i <= 12; i++) {
            reports.append("cat > %s <<'END'\n%sEND\n"
                    .formatted(
                            reportFile("app", i + "Test"),
                            REPORT.formatted(i + "Test", i == 12 ? "1,012.5" : i + ".25")));
        }
        Process command = start(
                "mkdir -p app/target/surefire-reports\n" + reports + "echo 'Tests run: 12, Failures: 1'\nexit 7\n");
        int status = command.waitFor();

        assertThat(status).isEqualTo(7);
        assertThat(printed().lines())
                .containsSequence(
                        "Tests run: 12, Failures: 1",
                        "The slowest test classes, in seconds:",
                        "  1012.5  12Test",
                        "    11.2  11Test",
                        "    10.2  10Test")
                .containsSequence("     3.2  3Test", "Left out, and done with --long:", "  2 of 3 for 10Test")
                .endsWith("  2 of 3 for 9Test", "Seed of this run: 7 (--seed 7 repeats its sample)")
                .noneMatch(line -> line.contains("EarlierTest"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"INT", "TERM", "KILL"})
    void whatStopsItStopsMaven(String signal) throws Exception {
        Process command = start("echo $$ > maven.pid\nexec sleep 600\n");
        Path pid = project.resolve("maven.pid");
        await().atMost(Waits.LIMIT)
                .until(() -> Files.exists(pid) && Files.readString(pid).endsWith("\n"));
        ProcessHandle maven =
                ProcessHandle.of(Long.parseLong(Files.readString(pid).strip())).orElseThrow();
        await().atMost(Waits.LIMIT)
                .until(() -> maven.info().command().orElse("").endsWith("sleep"));

        new ProcessBuilder("kill", "-" + signal, String.valueOf(command.pid()))
                .start()
                .waitFor();

        assertThat(command.waitFor()).isNotZero();
        await().atMost(Waits.LIMIT).until(() -> !Liveness.isRunning(maven));
    }

    /** The command in a project of its own, with that script in Maven's place. */
    private Process start(String maven) throws IOException {
        Files.copy(Path.of("../caravana"), project.resolve("caravana"), StandardCopyOption.COPY_ATTRIBUTES);
        Files.writeString(project.resolve("pom.xml"), "<project/>");
        Path app = Files.createDirectories(project.resolve("app"));
        Files.writeString(app.resolve("pom.xml"), "<project/>");
        Files.createDirectories(app.resolve("src/main"));
        Path script = Files.createDirectories(project.resolve("bin")).resolve("mvn");
        Files.writeString(script, "#!/bin/sh\n" + maven);
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
        // As from a terminal: what a script starts in the background ignores SIGINT.
        ProcessBuilder builder = new ProcessBuilder(
                        "env", "--default-signal=INT", "./caravana", "test", "media", "--seed", "7")
                .directory(project.toFile())
                .redirectErrorStream(true)
                .redirectOutput(project.resolve("printed").toFile());
        builder.environment().put("PATH", script.getParent() + ":" + System.getenv("PATH"));
        return builder.start();
    }

    private String printed() throws IOException {
        return Files.readString(project.resolve("printed"));
    }

    private void report(String module, String name, String seconds) throws IOException {
        Path file = project.resolve(reportFile(module, name));
        Files.createDirectories(file.getParent());
        Files.writeString(file, REPORT.formatted(name, seconds));
    }

    private static String reportFile(String module, String name) {
        return module + "/target/surefire-reports/TEST-" + name + ".xml";
    }
}
