package caravana.system.infra;

import static org.assertj.core.api.Assertions.assertThat;

import caravana.test.Waits;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** What the checks of the deployment share: where things are, the tools, and the line with the result. */
final class Checks {

    static final Path ROOT = root();
    static final Path TERRAFORM = ROOT.resolve("infra/terraform");
    private static final int TOOL_MINUTES = (int) Waits.LIMIT.toMinutes();

    private Checks() {}

    private static Path root() {
        try {
            return Path.of("..").toRealPath();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Prints the line and fails unless there are no findings. */
    static void report(String name, int checked, List<String> findings) {
        System.out.printf(
                "RESULT name=%s value=%d unit=findings checked=%d target=0 verdict=%s%n",
                name, findings.size(), checked, findings.isEmpty() ? "pass" : "fail");
        assertThat(findings).as(name).isEmpty();
        assertThat(checked).as("things that %s looked at", name).isPositive();
    }

    /** Ends the test as skipped, visibly. */
    static void skip(String name, String reason) {
        System.out.printf("RESULT name=%s verdict=skipped reason=\"%s\"%n", name, reason);
        Assumptions.abort(reason);
    }

    /** Ends the test as skipped when one of these programs is not there. */
    static void need(String name, String... programs) {
        for (String program : programs) {
            if (find(program) == null) {
                skip(name, program + " is not installed");
            }
        }
    }

    /** Where a program is, also one that only root's path has; null when it is missing. */
    static Path find(String program) {
        String path = System.getenv().getOrDefault("PATH", "") + ":/usr/sbin:/usr/local/sbin:/usr/local/bin";
        return Arrays.stream(path.split(":"))
                .map(folder -> Path.of(folder, program))
                .filter(Files::isExecutable)
                .findFirst()
                .orElse(null);
    }

    record Ran(int status, String output) {}

    /** Runs a program in a folder; its output and errors together. */
    static Ran run(Path folder, Map<String, String> environment, String... command) {
        List<String> line = new ArrayList<>(List.of(command));
        Path program = line.get(0).contains("/") ? Path.of(line.get(0)) : find(line.get(0));
        line.set(0, String.valueOf(program));
        ProcessBuilder builder = new ProcessBuilder(line)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectInput(Path.of("/dev/null").toFile());
        builder.environment().putAll(environment);
        try {
            Path output = Files.createTempFile("infra", ".out");
            Process process = builder.redirectOutput(output.toFile()).start();
            if (!process.waitFor(TOOL_MINUTES, TimeUnit.MINUTES)) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
                throw new IllegalStateException(line + " has not ended in " + TOOL_MINUTES + " min");
            }
            String said = Files.readString(output);
            Files.delete(output);
            return new Ran(process.exitValue(), said);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Every file below these folders whose path matches. */
    static List<Path> files(Pattern name, String... folders) {
        List<Path> found = new ArrayList<>();
        for (String folder : folders) {
            try (Stream<Path> all = Files.walk(ROOT.resolve(folder))) {
                all.filter(Files::isRegularFile)
                        .filter(p -> name.matcher(p.toString()).find())
                        .sorted()
                        .forEach(found::add);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return found;
    }

    static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
