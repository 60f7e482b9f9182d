package caravana.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import caravana.test.Waits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** When {@code ./caravana} builds, and from where it then starts the launcher; Maven and Java are scripts that take notes. */
class VerbsTest {

    private static final String MAVEN = """
            #!/bin/sh
            echo build >> builds
            mkdir -p local-stack/target/lib
            for module in local-stack routes-web routes-worker; do
              mkdir -p $module/target
              cat app/src/main/source > $module/target/$module.jar
            done
            """;

    /** As the launcher does, `up` stays. */
    private static final String JAVA = """
            #!/bin/sh
            echo "routes=$CARAVANA_ROUTES $*" >> "$NOTES/starts"
            case "$*" in *' up'*) [ ! -f "$NOTES/stay" ] || exec sleep 600 ;; esac
            """;

    @TempDir
    Path project;

    @BeforeEach
    void makeProject() throws IOException {
        Files.copy(Path.of("../caravana"), project.resolve("caravana"), StandardCopyOption.COPY_ATTRIBUTES);
        Files.writeString(project.resolve("pom.xml"), "<project/>");
        write("app/pom.xml", "<project/>");
        write("app/src/main/source", "first");
        write("src/main/resources/camel/a.camel.yaml", "first");
        program("bin/mvn", MAVEN);
        program("jdk/bin/java", JAVA);
        program("jdk/bin/javac", "#!/bin/sh\necho javac 17.0.1\n");
        write("jdk/release", "JAVA_VERSION=\"17.0.1\"\n");
    }

    @Test
    void anEditedRouteIsNoReasonToBuild() throws Exception {
        run("up");
        assertThat(lines("builds")).hasSize(1);
        assertThat(lines("starts")).singleElement().asString().startsWith("routes= ");

        write("src/main/resources/camel/a.camel.yaml", "edited");
        run("up");

        assertThat(lines("builds")).hasSize(1);
        assertThat(lines("starts").get(1)).startsWith("routes=file:" + project + "/src/main/resources/camel ");

        write("app/src/main/source", "edited");
        run("up");

        assertThat(lines("builds")).hasSize(2);
    }

    @Test
    void nothingIsBuiltUnderARunningUp() throws Exception {
        write("stay", "");
        Process up = start("up");
        try {
            await().atMost(Waits.LIMIT).until(() -> lines("starts").size() == 1);
            List<Path> programs = programs();
            write("app/src/main/source", "edited");

            run("status", "--once");

            assertThat(lines("builds")).as("it looks at what runs").hasSize(1);
            assertThat(lines("starts").get(1)).contains(programs.get(0) + "/local-stack/target/local-stack.jar");

            run("demo");

            assertThat(lines("builds")).hasSize(2);
            assertThat(programs()).hasSize(2).containsAll(programs);
            assertThat(Files.readString(project.resolve(programs.get(0)).resolve("routes-web/target/routes-web.jar")))
                    .isEqualTo("first");
        } finally {
            up.destroy();
            up.waitFor();
        }

        run("demo");
        assertThat(programs()).as("nobody runs them any more").hasSize(1);
    }

    private void run(String... arguments) throws Exception {
        Process command = start(arguments);
        assertThat(command.waitFor())
                .as(Files.readString(project.resolve("printed")))
                .isZero();
    }

    private Process start(String... arguments) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(Stream.concat(Stream.of("./caravana"), Stream.of(arguments))
                        .toList())
                .directory(project.toFile())
                .redirectErrorStream(true)
                .redirectOutput(project.resolve("printed").toFile());
        builder.environment().put("PATH", project.resolve("bin") + ":" + System.getenv("PATH"));
        builder.environment().put("JAVA_HOME", project.resolve("jdk").toString());
        builder.environment().put("NOTES", project.toString());
        builder.environment().keySet().removeIf(name -> name.startsWith("CARAVANA_"));
        return builder.start();
    }

    /** Relative to the project, as the command names them. */
    private List<Path> programs() throws IOException {
        try (Stream<Path> all = Files.list(project.resolve(".programs"))) {
            return all.map(project::relativize).toList();
        }
    }

    private List<String> lines(String file) throws IOException {
        Path notes = project.resolve(file);
        return Files.exists(notes) ? Files.readAllLines(notes) : List.of();
    }

    private void write(String file, String text) throws IOException {
        Files.createDirectories(project.resolve(file).getParent());
        Files.writeString(project.resolve(file), text);
    }

    private void program(String file, String text) throws IOException {
        write(file, text);
        Files.setPosixFilePermissions(project.resolve(file), PosixFilePermissions.fromString("rwxr-xr-x"));
    }
}
