package caravana.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Our JVMs continue starting processes when an update takes away the helper that Java does it with. */
class ProcessLaunchTest {

    @TempDir
    Path folder;

    /** What runs on a JDK of its own: starts a process for each line that it is given. */
    public static final class Starter {

        /** Prints each process's exit status, or why there is none. */
        public static void main(String[] args) throws IOException, InterruptedException {
            BufferedReader orders = new BufferedReader(new InputStreamReader(System.in));
            while (orders.readLine() != null) {
                try {
                    System.out.println(new ProcessBuilder("true").start().waitFor());
                } catch (IOException e) {
                    System.out.println(e.getMessage().lines().findFirst().orElse(""));
                }
            }
        }
    }

    @Test
    void withOurOptionsTheHelperIsNotNeeded() throws Exception {
        assertThat(startsWith(ProjectLayout.smallJvm(32))).containsExactly("0", "0", "0");
    }

    @ParameterizedTest
    @ValueSource(strings = {"web", "worker"})
    void norWithThoseOfTheInstances(String tier) throws Exception {
        Path options = ProjectLayout.root().resolve("infra/packer/jvm-" + tier + ".options");

        assertThat(startsWith(List.of("@" + options))).containsExactly("0", "0", "0");
    }

    /** Else the other tests would prove nothing. */
    @Test
    void byDefaultItIs() throws Exception {
        assertThat(startsWith(List.of("-Djdk.lang.Process.launchMechanism=POSIX_SPAWN")))
                .hasSize(3)
                .startsWith("0")
                .satisfies(said -> assertThat(said.subList(1, 3)).allMatch(line -> line.contains("error")));
    }

    /** What is said of three starts: before an update, while the helper is not executable, and while it is gone. */
    private List<String> startsWith(List<String> options) throws Exception {
        Path original = Path.of(System.getProperty("java.home"));
        Path home = folder.resolve("jdk");
        // Of links where the file system lets us; but the helper's permissions must not be the original's.
        String script = "cp -al \"$0\" \"$1\" 2>/dev/null || { rm -rf \"$1\"; cp -a \"$0\" \"$1\"; };"
                + " cp --remove-destination \"$0/lib/jspawnhelper\" \"$1/lib/\"";
        Process copy = new ProcessBuilder("sh", "-c", script, original.toString(), home.toString())
                .inheritIO()
                .start();
        assertThat(copy.waitFor()).isZero();
        List<String> line = new ArrayList<>(List.of(home.resolve("bin/java").toString()));
        line.addAll(options);
        line.addAll(List.of("-cp", System.getProperty("java.class.path"), Starter.class.getName()));
        Process starter = new ProcessBuilder(line)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (PrintStream orders = new PrintStream(starter.getOutputStream(), true);
                BufferedReader answers = starter.inputReader()) {
            Path helper = home.resolve("lib/jspawnhelper");
            List<String> said = new ArrayList<>();
            orders.println();
            said.add(answers.readLine());
            assertThat(helper.toFile().setExecutable(false, false)).isTrue();
            orders.println();
            said.add(answers.readLine());
            Files.delete(helper);
            orders.println();
            said.add(answers.readLine());
            return said;
        } finally {
            starter.destroyForcibly();
        }
    }
}
