package caravana.worker.exec;

import java.util.List;

/** A process and everything that it started. */
final class ProcessTree {

    private ProcessTree() {}

    /** Kills the whole tree at once, without asking. */
    static void kill(ProcessHandle root) {
        // A child may be born between the snapshot and the kill; it then hangs below a dead parent for a moment.
        for (int round = 0; round < 3; round++) {
            List<ProcessHandle> descendants = root.descendants().toList();
            root.destroyForcibly();
            descendants.forEach(ProcessHandle::destroyForcibly);
            if (descendants.isEmpty()) {
                return;
            }
        }
    }
}
