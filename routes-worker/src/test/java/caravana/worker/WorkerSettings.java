package caravana.worker;

import java.nio.file.Path;
import java.time.Duration;
import org.springframework.util.unit.DataSize;

/** Settings for tests of single classes. */
public final class WorkerSettings {

    private WorkerSettings() {}

    public static WorkerProperties in(Path workDir, DataSize diskReserve) {
        return new WorkerProperties(
                1,
                workDir,
                Duration.ofSeconds(12),
                Duration.ofSeconds(36),
                Duration.ofSeconds(10),
                Duration.ofSeconds(900),
                Duration.ofSeconds(90),
                Duration.ofSeconds(10),
                diskReserve);
    }
}
