package caravana.system.ops;

import caravana.test.Waits;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/** Runs programs in the project's folder, as an operator does. */
final class Shell {

    /** The project's folder. */
    static final Path ROOT = root();

    private static final int PATIENCE_SECONDS = (int) Waits.LIMIT.toSeconds();

    private Shell() {}

    private static Path root() {
        try {
            return Path.of("..").toRealPath();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * How a program ended.
     *
     * @param output what it said, errors included
     */
    record Ran(int status, String output) {}

    /** Runs commands as a shell does that stops at the first one that fails. */
    static Ran bash(String commands, Map<String, String> variables) {
        return run(variables, "bash", "-euo", "pipefail", "-c", commands);
    }

    /** Runs a program and waits for its end, four minutes at most. */
    static Ran run(Map<String, String> variables, String... command) {
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(ROOT.toFile())
                .redirectErrorStream(true)
                .redirectInput(Path.of("/dev/null").toFile());
        // The account is always the local stack's.
        builder.environment().remove("CARAVANA_OPERATOR_TOKEN");
        builder.environment().putAll(variables);
        try {
            Path output = Files.createTempFile("ops", ".out");
            Process process = builder.redirectOutput(output.toFile()).start();
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
                throw new IllegalStateException(
                        Arrays.toString(command) + " does not end:\n" + Files.readString(output));
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

    /** Where a program is. */
    static Optional<Path> find(String program) {
        return Arrays.stream(System.getenv("PATH").split(":"))
                .map(folder -> Path.of(folder, program))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** Ends the test as skipped, and says so, when a program is not there. */
    static void need(String program, String result) {
        if (find(program).isEmpty()) {
            String reason = program + " is not installed";
            System.out.printf("RESULT name=%s verdict=skipped reason=\"%s\"%n", result, reason);
            Assumptions.abort(reason);
        }
    }
}
