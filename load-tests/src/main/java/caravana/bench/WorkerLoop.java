package caravana.bench;

import caravana.measure.MeasurementException;
import caravana.measure.Project;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Processes of {@code worker-loop.py}: what a worker of the FastAPI/Celery system does around ffmpeg, on the servers of
 * a local stack.
 */
final class WorkerLoop implements AutoCloseable {

    private static final List<String> PACKAGES = List.of("boto3==1.44.8", "psycopg2-binary==2.9.13");

    private final Path python;
    private final Map<String, String> environment;
    private final List<Process> workers = new ArrayList<>();

    private WorkerLoop(Path python, Map<String, String> environment) {
        this.python = python;
        this.environment = environment;
    }

    /**
     * Installs what the loop needs beside Python, once.
     *
     * @return the Python that has it; null when there is no Python 3 with venv, or the packages cannot be had
     */
    static Path python() throws IOException, InterruptedException {
        Path folder = Project.root().resolve(".caravana/bench-python");
        Path python = folder.resolve("bin/python");
        Path installed = folder.resolve(String.join("+", PACKAGES));
        if (Files.exists(installed)) {
            return python;
        }
        List<String> install = new ArrayList<>(List.of(python.toString(), "-m", "pip", "install", "--quiet"));
        install.addAll(PACKAGES);
        try {
            if (run(new ProcessBuilder("python3", "-m", "venv", folder.toString())) != 0
                    || run(new ProcessBuilder(install)) != 0) {
                return null;
            }
        } catch (IOException noPython) {
            return null;
        }
        Files.createFile(installed);
        return python;
    }

    /**
     * Makes its queue and its table.
     *
     * @param servers the variables of the local stack
     * @param tools a folder whose programs are taken before the machine's own
     * @param original of all jobs
     */
    static WorkerLoop prepare(Path python, Map<String, String> servers, Path tools, Path original)
            throws IOException, InterruptedException {
        Map<String, String> environment = new HashMap<>(servers);
        environment.put("PATH", tools + ":" + System.getenv("PATH"));
        environment.put("AWS_DEFAULT_REGION", "us-east-1");
        // The local server of S3 does not know checksums behind the body.
        environment.put("AWS_REQUEST_CHECKSUM_CALCULATION", "when_required");
        environment.put("AWS_RESPONSE_CHECKSUM_VALIDATION", "when_required");
        WorkerLoop loop = new WorkerLoop(python, environment);
        loop.complete("prepare", original.toString());
        return loop;
    }

    private static int run(ProcessBuilder program) throws IOException, InterruptedException {
        return program.redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start()
                .waitFor();
    }

    private ProcessBuilder program(String... arguments) {
        List<String> line = new ArrayList<>(List.of(
                python.toString(),
                Project.root()
                        .resolve("load-tests/src/main/python/worker-loop.py")
                        .toString()));
        line.addAll(List.of(arguments));
        ProcessBuilder program = new ProcessBuilder(line).redirectError(ProcessBuilder.Redirect.INHERIT);
        program.environment().putAll(environment);
        return program;
    }

    private void complete(String... arguments) throws IOException, InterruptedException {
        int status = run(program(arguments));
        if (status != 0) {
            throw new MeasurementException("worker-loop.py " + arguments[0] + " ended with status " + status);
        }
    }

    /** Adds jobs. */
    void submit(int jobs) throws IOException, InterruptedException {
        complete("submit", String.valueOf(jobs));
    }

    /** Replaces the workers, and waits until they wait for jobs. */
    void start(int count) throws IOException {
        close();
        for (int i = 0; i < count; i++) {
            workers.add(program("work").start());
        }
        for (Process worker : workers) {
            BufferedReader said = worker.inputReader();
            if (!"ready".equals(said.readLine())) {
                throw new MeasurementException("worker-loop.py did not start");
            }
        }
    }

    /** The processes of the workers. */
    List<Process> workers() {
        return List.copyOf(workers);
    }

    @Override
    public void close() {
        workers.forEach(Process::destroy);
        workers.clear();
    }
}
