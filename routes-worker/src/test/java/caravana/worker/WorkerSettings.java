package caravana.worker;

import java.nio.file.Path;
import java.time.Duration;
import org.springframework.util.unit.DataSize;

/** Settings for tests of single classes. */
public final class WorkerSettings {

    private WorkerSettings() {}

    public static WorkerProperties in(Path workDir, DataSize diskReserve) {
        return with(workDir, diskReserve, Duration.ofMinutes(2), Duration.ofMinutes(5));
    }

    /** @param routeDefectPause how long no job is taken after one has met a mistake in the routes */
    public static WorkerProperties pausing(Duration routeDefectPause) {
        return with(Path.of("work"), DataSize.ofGigabytes(1), Duration.ofMinutes(2), routeDefectPause);
    }

    /** @param toolOutageLimit how long tools may be impossible to run before the worker ends */
    public static WorkerProperties withToolOutageLimit(Duration toolOutageLimit) {
        return with(Path.of("work"), DataSize.ofGigabytes(1), toolOutageLimit, Duration.ofMinutes(5));
    }

    private static WorkerProperties with(
            Path workDir, DataSize diskReserve, Duration toolOutageLimit, Duration routeDefectPause) {
        return new WorkerProperties(
                1,
                workDir,
                Duration.ofSeconds(12),
                Duration.ofSeconds(36),
                Duration.ofSeconds(10),
                Duration.ofSeconds(900),
                Duration.ofSeconds(90),
                Duration.ofSeconds(10),
                diskReserve,
                toolOutageLimit,
                routeDefectPause);
    }
}
