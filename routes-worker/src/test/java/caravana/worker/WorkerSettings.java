package caravana.worker;

import caravana.media.MediaLimits;
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
        return new WorkerProperties(
                slots,
                workDir,
                Duration.ofSeconds(12),
                Duration.ofSeconds(36),
                Duration.ofSeconds(10),
                Duration.ofSeconds(900),
                Duration.ofSeconds(90),
                Duration.ofSeconds(10),
                diskReserve);
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
