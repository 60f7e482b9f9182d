package caravana.worker.tool;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/** A process and all of its descendants. */
public final class ProcessTree {

    private ProcessTree() {}

    /** Kills the whole tree immediately (SIGKILL). */
    public static void kill(ProcessHandle root) {
        // A child may be created between the snapshot and the kill. It then has a dead parent for a moment.
        for (int round = 0; round < 3; round++) {
            List<ProcessHandle> descendants = root.descendants().toList();
            root.destroyForcibly();
            descendants.forEach(ProcessHandle::destroyForcibly);
            if (descendants.isEmpty()) {
                return;
            }
        }
    }

    /** Kills those child processes of this JVM that run in a folder, each with its tree. */
    public static void killChildrenIn(Path folder) {
        ProcessHandle.current()
                .children()
                .filter(child -> runsIn(child, folder))
                .forEach(ProcessTree::kill);
    }

    private static boolean runsIn(ProcessHandle process, Path folder) {
        try {
            return Files.isSameFile(Path.of("/proc/" + process.pid() + "/cwd"), folder);
        } catch (IOException goneOrNotLinux) {
            return false;
        }
    }

    /** Returns the CPU time in user and kernel mode of the tree's running processes. */
    public static Duration cpuTime(ProcessHandle root) {
        return Stream.concat(Stream.of(root), root.descendants())
                .map(process -> process.info().totalCpuDuration().orElse(Duration.ZERO))
                .reduce(Duration.ZERO, Duration::plus);
    }
}
