package caravana.worker.exec;

import caravana.job.FailureCode;

/** Makes failures of tools for tests of other packages. */
public final class ToolFailures {

    private ToolFailures() {}

    public static ToolFailedException killed() {
        return new ToolFailedException(FailureCode.KILLED, "ffmpeg ended with status 137: ", 137);
    }

    public static ToolUnavailableException unavailable() {
        return new ToolUnavailableException("ffmpeg", "libx264.so.164: cannot open shared object file");
    }

    public static ToolCrashedException crashed() {
        return new ToolCrashedException("ffprobe", 139, "");
    }

    public static ToolOutOfMemoryException outOfMemory() {
        return new ToolOutOfMemoryException("ffmpeg ran out of memory: Cannot allocate memory", 1);
    }
}
