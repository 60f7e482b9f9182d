package caravana.worker;

import caravana.media.MediaLimits;
import caravana.worker.settings.WorkerProperties;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.io.ClassPathResource;
import org.springframework.util.unit.DataSize;

/** Settings for tests of single classes. */
public final class WorkerSettings {

    /** The product's limits of originals. */
    public static final MediaLimits LIMITS = limits(Map.of());

    private WorkerSettings() {}

    public static WorkerProperties in(Path workDir, DataSize diskReserve) {
        return in(workDir, 1, diskReserve);
    }

    public static WorkerProperties in(Path workDir, int slots, DataSize diskReserve) {
        return with(workDir, slots, diskReserve, Duration.ofMinutes(2), Duration.ofMinutes(5));
    }

    /** @param routeDefectPause how long no job is taken after one has met a mistake in the routes */
    public static WorkerProperties pausing(Duration routeDefectPause) {
        return with(Path.of("work"), 1, DataSize.ofGigabytes(1), Duration.ofMinutes(2), routeDefectPause);
    }

    /** @param toolOutageLimit how long tools may be impossible to run before the worker ends */
    public static WorkerProperties withToolOutageLimit(Duration toolOutageLimit) {
        return with(Path.of("work"), 1, DataSize.ofGigabytes(1), toolOutageLimit, Duration.ofMinutes(5));
    }

    private static WorkerProperties with(
            Path workDir, int slots, DataSize diskReserve, Duration toolOutageLimit, Duration routeDefectPause) {
        return new WorkerProperties(
                slots,
                workDir,
                Duration.ofSeconds(12),
                Duration.ofSeconds(36),
                Duration.ofSeconds(10),
                Duration.ofSeconds(900),
                Duration.ofSeconds(90),
                Duration.ofSeconds(10),
                diskReserve,
                DataSize.ofGigabytes(2),
                toolOutageLimit,
                routeDefectPause);
    }

    /** The limits of originals, as an app reads them with these environment variables. */
    public static MediaLimits limits(Map<String, Object> variables) {
        StandardEnvironment environment = new StandardEnvironment();
        environment.getPropertySources().addFirst(new MapPropertySource("variables", variables));
        try {
            new YamlPropertySourceLoader()
                    .load("core", new ClassPathResource("caravana-core.yaml"))
                    .forEach(environment.getPropertySources()::addLast);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Binder.get(environment)
                .bind("caravana.media.limits", MediaLimits.class)
                .get();
    }
}
