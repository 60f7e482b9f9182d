package caravana.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which release {@code ./caravana test upgrade} finds in a history, and what it builds; a script is in Maven's place. */
class UpgradeCommandTest {

    private static final String CHANGELOG = "CHANGELOG.md";

    private record Printed(int status, String text) {}

    @TempDir
    Path folder;

    private Path project;

    @BeforeEach
    void makeProject() throws Exception {
        project = Files.createDirectories(folder.resolve("project"));
        Files.copy(Path.of("../caravana"), project.resolve("caravana"), StandardCopyOption.COPY_ATTRIBUTES);
        Files.writeString(project.resolve("pom.xml"), "<project/>");
        Files.writeString(project.resolve(".gitignore"), "target/\n");
        Files.createDirectories(project.resolve("app/src/main"));
        Files.writeString(project.resolve("app/pom.xml"), "<project/>");
        Path maven = Files.createDirectories(folder.resolve("bin")).resolve("mvn");
        Files.writeString(maven, "#!/bin/sh\necho \"mvn $*\"\necho \"$*\" >>" + folder.resolve("calls") + "\n");
        Files.setPosixFilePermissions(maven, PosixFilePermissions.fromString("rwxr-xr-x"));
        git("init", "-q");
        commit("first", "## [Unreleased]");
    }

    @Test
    void theNewestReleaseBeforeThisCommitIsBuiltOnce() throws Exception {
        commit("release: 1.0.0", "## [1.0.0] - 2026-01-01");
        commit("release: 1.1.0", "## [1.1.0] - 2026-02-01\n## [1.0.0] - 2026-01-01");
        String released = git("rev-parse", "HEAD").strip();
        commit("release: what follows 1.1.0 is 1.2.0-SNAPSHOT", "## [Unreleased]\n## [1.1.0] - 2026-02-01");
        commit("release: 9.9.9", "## [1.1.0] - 2026-02-01");
        commit("release: 1.2.0", "## [1.2.0] - 2026-03-01\n## [1.1.0] - 2026-02-01");

        Printed first = upgrade(project);
        Printed second = upgrade(project);

        assertThat(first.status()).as(first.text()).isZero();
        assertThat(second.status()).as(second.text()).isZero();
        Path release = project.resolve("target/last-release/1.1.0-" + released.substring(0, 12));
        assertThat(Files.readString(release.resolve(CHANGELOG))).startsWith("## [1.1.0] - 2026-02-01\n## [1.0.0]");
        List<String> calls = Files.readAllLines(folder.resolve("calls"));
        assertThat(calls).hasSize(3);
        assertThat(calls.get(0)).contains("-f target/last-release/", "-pl routes-web,routes-worker -am", "package");
        assertThat(calls.subList(1, 3))
                .allMatch(call -> call.contains("-Dtest=caravana.system.upgrade.*Test"))
                .allMatch(call -> call.contains("-Dupgrade.release=" + release));
    }

    @Test
    void withoutAReleaseItIsSkippedAndSaysSo() throws Exception {
        Printed printed = upgrade(project);

        assertThat(printed.status()).isZero();
        assertThat(printed.text()).contains("RESULT name=upgrade verdict=skipped", "there is nothing to upgrade from");
        assertThat(folder.resolve("calls")).doesNotExist();
    }

    @Test
    void aShallowCopySaysHowToFetchTheHistory() throws Exception {
        commit("release: 1.0.0", "## [1.0.0] - 2026-01-01");
        commit("later", "## [Unreleased]\n## [1.0.0] - 2026-01-01");
        Path copy = folder.resolve("copy");
        git("clone", "-q", "--depth", "1", project.toUri().toString(), copy.toString());

        Printed printed = upgrade(copy);

        assertThat(printed.status()).isZero();
        assertThat(printed.text()).contains("verdict=skipped", "git fetch --unshallow");
        assertThat(folder.resolve("calls")).doesNotExist();
    }

    private void commit(String subject, String changelog) throws Exception {
        Files.writeString(project.resolve(CHANGELOG), changelog + "\n" + "x".repeat(subject.length()) + "\n");
        git("add", ".");
        git("-c", "user.name=Test", "-c", "user.email=test@example.org", "commit", "-q", "-m", subject);
    }

    private String git(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("git", "-C", project.toString()));
        command.addAll(List.of(arguments));
        Printed printed = run(new ProcessBuilder(command));
        assertThat(printed.status()).as(command + ": " + printed.text()).isZero();
        return printed.text();
    }

    private Printed upgrade(Path where) throws Exception {
        ProcessBuilder command = new ProcessBuilder("./caravana", "test", "upgrade").directory(where.toFile());
        command.environment().put("PATH", folder.resolve("bin") + ":" + System.getenv("PATH"));
        return run(command);
    }

    private static Printed run(ProcessBuilder command) throws IOException, InterruptedException {
        Process process = command.redirectErrorStream(true).start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Printed(process.waitFor(), text);
    }
}
