package caravana.worker.media;

import caravana.worker.WorkerSettings;
import caravana.worker.job.WorkFolders;
import java.nio.file.Path;
import java.time.Duration;
import org.springframework.core.io.ClassPathResource;
import org.springframework.util.unit.DataSize;

/** Media settings for tests of single classes: the product's limits, and cards with a text of every kind. */
final class MediaSettings {

    static final MediaProperties DEFAULTS = inParts(Duration.ZERO, 12);

    private MediaSettings() {}

    /**
     * The same with videos that are encoded in parts.
     *
     * @param from how long a job must be expected to take
     * @param partSeconds about how long a part is
     */
    static MediaProperties inParts(Duration from, int partSeconds) {
        return new MediaProperties(
                Duration.ofSeconds(30),
                Duration.ofSeconds(60),
                Duration.ofMinutes(2),
                20,
                0,
                from,
                partSeconds,
                new MediaProperties.Cards(
                        "It's 100%: a [card], isn't it?",
                        "¡Adiós; a 'todos'!", Duration.ofMillis(2500), Duration.ofMillis(2500), "#1f3a5f", "#ffc857"),
                new ClassPathResource("caravana/logo.png"));
    }

    /** The assets of these settings, in a work folder of their own. */
    static MediaAssets assets(Path workFolder) {
        return new MediaAssets(WorkFolders.in(WorkerSettings.in(workFolder, DataSize.ofMegabytes(1))), DEFAULTS);
    }
}
