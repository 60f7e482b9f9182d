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
     * What Java says when the command line itself cannot be used, on any machine: E2BIG, as each generation of JDKs
     * writes it, or an argument with a NUL character.
     */
    private static final Pattern COMMAND_AT_FAULT = Pattern.compile("error[=:] ?7\\b|invalid null character");

    /**
     * How the output of a tool begins that was never reached: one of the programs before it, or the dynamic linker, says
     * why. Their exit statuses alone do not tell: 126 and 127 can be the tool's own, and the linker also ends with 1.
     */
    private static final Pattern NOT_REACHED = Pattern.compile("(setpriv|choom|nice|prlimit): .*"
            + "|\\S+: (error while loading shared libraries|symbol lookup error|relocation error): .*"
            + "|\\S+: \\S+: version `.*' not found .*");

    /** A missing symbol can show late, when the tool first calls it, and ends the tool with this status. */
    private static final int LINKER_GAVE_UP = 127;

    private static final String MISSING_SYMBOL = "symbol lookup error: ";

    private final List<String> prefix = new ArrayList<>();

    /**
     * On Linux, a tool dies with the worker, even with one that is killed: the signal hangs on the thread that started the
     * tool, and that thread waits until it ends. It is the first that the kernel takes when memory is short, and
     * stands back behind what must be quick, such as the heartbeat.
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
     * Starts a tool, with nothing on its standard input.
     *
     * @param folder in which it runs
     * @throws ToolUnavailableException when this machine cannot start it now
     * @throws FileSystemException when its folder is missing
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
        // Errors only: the encoder of AV1 would write its settings among the error messages.
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
            // Java gives each process a thread that waits for its end. Without one the process may run all the same.
            ProcessTree.killChildrenIn(folder);
            throw noThreadFor(tool, noThread);
        }
    }

    /**
     * What it means that no thread could be made for a tool's process.
     *
     * @throws OutOfMemoryError itself, when it was memory that was missing
     */
    static ToolUnavailableException noThreadFor(String tool, OutOfMemoryError error) {
        if (!TaskLimit.isReachedBy(error)) {
            throw error;
        }
        return new ToolUnavailableException(tool, error.getMessage());
    }

    /**
     * Whether a tool that has ended was never really run.
     *
     * @param exit its exit status
     * @param stderr all that it wrote to its standard error, or the end of it
     */
    static boolean wasNotReached(int exit, String stderr) {
        String first = stderr.lines().findFirst().orElse("");
        return exit != 0 && NOT_REACHED.matcher(first).matches()
                || exit == LINKER_GAVE_UP && stderr.contains(MISSING_SYMBOL);
    }
}
