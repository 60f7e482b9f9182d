package caravana.worker.exec;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Detects whether the kernel has killed a process for lack of memory, on this machine or in our control group. */
final class OutOfMemoryWatch {

    /** Files with a line {@code oom_kill N}: of the machine, and of the control group (version 2, then 1). */
    private static final List<Path> COUNTERS = List.of(
            Path.of("/proc/vmstat"),
            Path.of("/sys/fs/cgroup/memory.events"),
            Path.of("/sys/fs/cgroup/memory/memory.oom_control"));

    private final long before = kills();

    /** Returns whether the kernel has killed a process since this object was created. */
    boolean sawKill() {
        return kills() > before;
    }

    private static long kills() {
        return COUNTERS.stream().mapToLong(OutOfMemoryWatch::count).sum();
    }

    private static long count(Path counter) {
        try {
            return Files.readAllLines(counter).stream()
                    .filter(line -> line.startsWith("oom_kill "))
                    .mapToLong(line -> Long.parseLong(line.substring("oom_kill ".length())))
                    .sum();
        } catch (IOException notOnThisKernel) {
            return 0;
        }
    }
}
