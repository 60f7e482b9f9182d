package caravana.worker.exec;

import caravana.worker.tool.ProcessTree;
import caravana.worker.tool.TaskLimit;
import java.io.File;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * Starts tools behind programs that limit them, without our credentials in the environment. It distinguishes a tool
 * that could not be started from one that ran and failed.
 */
@Component
public class ToolLauncher {

    private static final Logger LOG = LoggerFactory.getLogger(ToolLauncher.class);
    private static final Path PROGRAMS = Path.of("/usr/bin");
    private static final Set<String> ENVIRONMENT = Set.of("PATH", "LANG", "LC_ALL", "HOME", "TMPDIR");

    /**
     * Java's messages about an invalid command line, which no machine could start: E2BIG, as different JDKs write it,
     * or an argument with a NUL character.
     */
    private static final Pattern COMMAND_AT_FAULT = Pattern.compile("error[=:] ?7\\b|invalid null character");

    /**
     * The beginning of the output when the tool was not started: a message of a program before it, or of the dynamic
     * linker. The exit statuses are not enough: the tool itself may also return 126 and 127, and the linker also
     * returns 1.
     */
    private static final Pattern NOT_REACHED = Pattern.compile("(setpriv|choom|nice|prlimit): .*"
            + "|\\S+: (error while loading shared libraries|symbol lookup error|relocation error): .*"
            + "|\\S+: \\S+: version `.*' not found .*");

    /** The status of a tool whose missing symbol the linker finds late, when the tool first calls it. */
    private static final int LINKER_GAVE_UP = 127;

    private static final String MISSING_SYMBOL = "symbol lookup error: ";

    private final List<String> prefix = new ArrayList<>();

    /**
     * Prepares the programs that start tools. On Linux, a tool gets a signal when the thread that started it ends, so
     * it also dies with a killed worker; that thread waits until the tool has ended. When memory is short, the kernel
     * kills the tool first. Its priority is lower than that of quick tasks, such as the heartbeat.
     */
    ToolLauncher(ToolProperties tool) {
        prefix("tools outlive a worker that is killed", "setpriv", "--pdeathsig", "KILL");
        prefix("when memory is short, the kernel may end the worker before a tool", "choom", "-n", "1000", "--");
        prefix("tools compete with the worker for the processor", "nice", "-n", String.valueOf(tool.niceness()));
        prefix(
                "the memory of a tool cannot be limited",
                "prlimit",
                "--as=" + tool.memory().toBytes());
    }

    private void prefix(String without, String program, String... arguments) {
        if (Files.isExecutable(PROGRAMS.resolve(program))) {
            prefix.add(program);
            prefix.addAll(List.of(arguments));
        } else {
            LOG.warn("{} is missing in {}: {}", program, PROGRAMS, without);
        }
    }

    /**
     * Starts a tool with empty standard input.
     *
     * @param folder working directory of the tool
     * @throws ToolUnavailableException when this machine cannot start it at the moment
     * @throws FileSystemException when the folder is missing
     * @throws IllegalArgumentException when no machine could start it with these arguments
     */
    Process start(String tool, List<String> arguments, Path folder) throws FileSystemException {
        List<String> line = new ArrayList<>(prefix);
        line.add(tool);
        line.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(line)
                .directory(folder.toFile())
                .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")));
        builder.environment().keySet().retainAll(ENVIRONMENT);
        // Only errors: the AV1 encoder would write its settings among the error messages.
        builder.environment().put("SVT_LOG", "1");
        try {
            return builder.start();
        } catch (IOException e) {
            if (!Files.isDirectory(folder)) {
                throw new FileSystemException(
                        folder.toString(), null, "the folder in which " + tool + " runs is missing");
            }
            if (COMMAND_AT_FAULT.matcher(e.getMessage()).find()) {
                throw new IllegalArgumentException(e.getMessage());
            }
            throw new ToolUnavailableException(tool, e.getMessage());
        } catch (OutOfMemoryError noThread) {
            // Java creates a thread for each process, which waits for its end. Without this thread, the process may
            // still run.
            ProcessTree.killChildrenIn(folder);
            throw noThreadFor(tool, noThread);
        }
    }

    /**
     * Interprets the error that no thread could be created for a tool's process.
     *
     * @throws OutOfMemoryError the error itself, when the JVM lacked memory
     */
    static ToolUnavailableException noThreadFor(String tool, OutOfMemoryError error) {
        if (!TaskLimit.isReachedBy(error)) {
            throw error;
        }
        return new ToolUnavailableException(tool, error.getMessage());
    }

    /**
     * Returns whether a tool that has ended was never started.
     *
     * @param exit its exit status
     * @param stderr its standard error output, or the end of it
     */
    static boolean wasNotReached(int exit, String stderr) {
        String first = stderr.lines().findFirst().orElse("");
        return exit != 0 && NOT_REACHED.matcher(first).matches()
                || exit == LINKER_GAVE_UP && stderr.contains(MISSING_SYMBOL);
    }
}
