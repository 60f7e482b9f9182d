package caravana.bench;

import caravana.local.AppProcess;
import caravana.measure.MeasurementException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Runs a program of {@code caravana.bench.plain} in a JVM of its own with the same options as our apps. The program
 * reads commands line by line, answers each with a line, and ends with its input: when it is closed, or when this
 * program ends.
 */
final class PlainProgram implements AutoCloseable {

    private static final int STOP_SECONDS = 20;

    private final Process process;
    private final Writer orders;
    private final BufferedReader answers;
    private final Path log;
    private final String greeting;

    private PlainProgram(Process process, Path log) throws IOException {
        this.process = process;
        this.orders = process.outputWriter();
        this.answers = process.inputReader();
        this.log = log;
        this.greeting = answer();
    }

    /**
     * Starts it and waits for its first line.
     *
     * @param log for what it says on standard error
     * @throws MeasurementException when it ends instead
     */
    static PlainProgram start(Class<?> program, Map<String, String> environment, Path log) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(AppProcess.jvmOptions(AppProcess.WEB));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), program.getName()));
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(log.toFile());
        builder.environment().putAll(environment);
        Process process = builder.start();
        try {
            return new PlainProgram(process, log);
        } catch (IOException | RuntimeException e) {
            process.destroyForcibly();
            throw e;
        }
    }

    /** Its first line. */
    String greeting() {
        return greeting;
    }

    /**
     * Has it do something, and waits until it is done.
     *
     * @throws MeasurementException when it ends instead
     */
    String order(String line) throws IOException {
        orders.write(line + "\n");
        orders.flush();
        return answer();
    }

    private String answer() throws IOException {
        String line = answers.readLine();
        if (line == null) {
            throw new MeasurementException("A program to compare with has failed:\n" + Files.readString(log));
        }
        return line;
    }

    @Override
    public void close() {
        try {
            orders.close();
            if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
