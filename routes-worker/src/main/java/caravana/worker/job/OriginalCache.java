package caravana.worker.job;

import caravana.checks.StepOnly;
import caravana.worker.settings.WorkerProperties;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.LongSupplier;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Component;

/**
 * Originals that this worker has downloaded. A worker that helps with a video again, tries a job again or makes something else of the same
 * video needs no second download: an object in the bucket never changes. An original is kept for ten minutes after its last use. If there
 * is no room for all, those whose last use was the longest ago are deleted.
 */
@Component("originalCache")
public class OriginalCache {

    private static final Logger log = LoggerFactory.getLogger(OriginalCache.class);

    private static final String FOLDER = ".originals";

    /** No longer, because a video that a client has deleted must not stay on the disks of workers. */
    private static final Duration KEPT_FOR = Duration.ofMinutes(10);

    private static final class Kept {
        private final Path file;
        private final long bytes;
        private final String sha256;
        private long usedAt;

        private Kept(Path file, long bytes, String sha256, long usedAt) {
            this.file = file;
            this.bytes = bytes;
            this.sha256 = sha256;
            this.usedAt = usedAt;
        }
    }

    /** By their keys in the bucket, the one whose last use was the longest ago first. */
    private final Map<String, Kept> originals = new LinkedHashMap<>(16, 0.75f, true);

    private final Path folder;
    private final long limit;
    private final LongSupplier nanos;
    private long bytes;
    private int number;

    @Autowired
    OriginalCache(WorkFolder workFolder, WorkerProperties worker) throws IOException {
        this(workFolder.path().resolve(FOLDER), worker.originalCache().toBytes(), System::nanoTime);
    }

    /**
     * @param folder on the same disk as the jobs' folders
     * @param limit of all originals together, in bytes; 0 keeps none
     */
    OriginalCache(Path folder, long limit, LongSupplier nanos) throws IOException {
        this.folder = Files.createDirectories(folder);
        this.limit = limit;
        this.nanos = nanos;
    }

    /**
     * Puts the original into the job's folder, if it is here.
     *
     * <p>It sets the property {@code original_sha256} as the download does: to the digest of the file, as 64 hexadecimal digits, if the
     * client announced one.
     *
     * @param key of the original in the bucket
     * @param announced the announced digest; null when there is none
     * @return whether it was here
     */
    @StepOnly
    public synchronized boolean use(
            Exchange exchange,
            @ExchangeProperty("job") RunningJob job,
            @ExchangeProperty("original_key") String key,
            @ExchangeProperty("announced_sha256") String announced) {
        expire();
        Kept kept = originals.get(key);
        if (kept == null || !Objects.equals(kept.sha256, announced)) {
            return false;
        }
        try {
            Files.createLink(job.getOriginal().toPath(), kept.file);
        } catch (IOException | UnsupportedOperationException e) {
            log.warn("The original of video {} is downloaded again: {}", job.getVideoId(), e.toString());
            return false;
        }
        kept.usedAt = nanos.getAsLong();
        job.foundOriginal();
        exchange.setProperty("original_sha256", kept.sha256);
        return true;
    }

    /** Keeps the original that was downloaded into the job's folder, whose digest is the announced one. */
    @StepOnly
    public synchronized void keep(
            @ExchangeProperty("job") RunningJob job,
            @ExchangeProperty("original_key") String key,
            @ExchangeProperty("announced_sha256") String announced) {
        expire();
        long length = job.getOriginal().length();
        if (length > limit || originals.containsKey(key)) {
            return;
        }
        Iterator<Kept> oldest = originals.values().iterator();
        while (bytes + length > limit) {
            delete(oldest.next());
            oldest.remove();
        }
        Path file = folder.resolve(String.valueOf(number++));
        try {
            Files.createLink(file, job.getOriginal().toPath());
        } catch (IOException | UnsupportedOperationException e) {
            log.warn("The original of video {} is not kept: {}", job.getVideoId(), e.toString());
            return;
        }
        originals.put(key, new Kept(file, length, announced, nanos.getAsLong()));
        bytes += length;
    }

    /** Deletes the originals whose last use was too long ago. */
    public synchronized void expire() {
        long now = nanos.getAsLong();
        originals.values().removeIf(kept -> {
            boolean old = now - kept.usedAt >= KEPT_FOR.toNanos();
            if (old) {
                delete(kept);
            }
            return old;
        });
    }

    /** Deletes all of them, because the disk has no room. Running jobs have links of their own. */
    public synchronized void clear() {
        originals.values().forEach(this::delete);
        originals.clear();
    }

    private void delete(Kept kept) {
        bytes -= kept.bytes;
        try {
            Files.deleteIfExists(kept.file);
        } catch (IOException e) {
            log.warn("{} cannot be deleted; the next start of this worker deletes it: {}", kept.file, e.toString());
        }
    }
}
