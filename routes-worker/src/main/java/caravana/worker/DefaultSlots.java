package caravana.worker;

import java.io.File;
import java.nio.file.Path;
import java.util.Map;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.Environment;
import org.springframework.core.env.MapPropertySource;
import org.springframework.util.unit.DataSize;

/**
 * The default number of concurrent jobs: one for each CPU, but no more than the disk has room for if each has an
 * original of the largest size; at least one.
 */
class DefaultSlots implements ApplicationContextInitializer<ConfigurableApplicationContext> {

    private static final String SLOTS = "caravana.worker.slots";

    @Override
    public void initialize(ConfigurableApplicationContext context) {
        Environment settings = context.getEnvironment();
        int slots = slots(
                Runtime.getRuntime().availableProcessors(),
                free(Path.of(settings.getRequiredProperty("caravana.worker.work-dir"))),
                bytes(settings, "caravana.worker.disk-reserve"),
                bytes(settings, "caravana.media.limits.size"));
        context.getEnvironment().getPropertySources().addLast(new MapPropertySource("slots", Map.of(SLOTS, slots)));
    }

    /**
     * @param free free bytes of the disk
     * @param reserve bytes that stay free
     * @param largest bytes of the largest original; a job may need twice that
     */
    static int slots(int cpus, long free, long reserve, long largest) {
        return (int) Math.max(1, Math.min(cpus, (free - reserve) / (2 * Math.max(1, largest))));
    }

    /**
     * The free bytes of the folder's disk; if the folder does not exist yet, of the disk on which it will be created.
     */
    private static long free(Path folder) {
        File existing = folder.toAbsolutePath().toFile();
        while (!existing.exists() && existing.getParentFile() != null) {
            existing = existing.getParentFile();
        }
        return existing.getUsableSpace();
    }

    /**
     * Returns the size in bytes; zero for a value that is not a size. The check of the settings refuses and names it.
     */
    private static long bytes(Environment settings, String name) {
        try {
            return DataSize.parse(settings.getProperty(name, "0")).toBytes();
        } catch (IllegalArgumentException refusedLater) {
            return 0;
        }
    }
}
