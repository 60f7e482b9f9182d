package caravana.worker.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OriginalCacheTest {

    private static final int LIMIT = 100;

    @TempDir
    Path folder;

    private long now;
    private int jobs;
    private Exchange exchange;
    private OriginalCache cache;

    @BeforeEach
    void setUp() throws IOException {
        exchange = new DefaultExchange(new DefaultCamelContext());
        cache = new OriginalCache(folder.resolve(".originals"), LIMIT, () -> now);
    }

    private RunningJob job() throws IOException {
        return RunningJobs.inFolder(Files.createDirectories(folder.resolve("job-" + jobs++)));
    }

    private void download(String key, int bytes, String sha256) throws IOException {
        RunningJob job = job();
        Files.writeString(job.getOriginal().toPath(), key.substring(0, 1).repeat(bytes));
        cache.keep(job, key, sha256);
        assertThat(job.getReceipt().bytesRead()).isEqualTo(bytes);
        Files.delete(job.getOriginal().toPath());
    }

    private boolean has(String key) throws IOException {
        return cache.use(exchange, job(), key, null);
    }

    private int files() {
        return folder.resolve(".originals").toFile().list().length;
    }

    @Test
    void aJobGetsTheBytesThatAnotherHasDownloaded() throws IOException {
        download("a", 40, "digest");
        RunningJob job = job();

        assertThat(cache.use(exchange, job, "a", "digest")).isTrue();

        assertThat(job.getOriginal()).hasContent("a".repeat(40));
        assertThat(exchange.getProperty("original_sha256")).isEqualTo("digest");
        assertThat(job.getReceipt().bytesRead()).as("from S3").isZero();
    }

    @Test
    void anotherKeyOrAnotherDigestIsAnotherOriginal() throws IOException {
        download("a", 40, "digest");

        assertThat(cache.use(exchange, job(), "b", "digest")).isFalse();
        assertThat(cache.use(exchange, job(), "a", "other")).isFalse();
        assertThat(cache.use(exchange, job(), "a", null)).isFalse();
        assertThat(exchange.getProperty("original_sha256")).isNull();
    }

    @Test
    void theOneThatWasNotUsedForTheLongestMakesRoom() throws IOException {
        download("a", 40, null);
        download("b", 40, null);
        assertThat(has("a")).isTrue();

        download("c", 50, null);

        assertThat(has("b")).isFalse();
        assertThat(has("a")).isTrue();
        assertThat(has("c")).isTrue();
        assertThat(files()).isEqualTo(2);
    }

    @Test
    void whatIsLargerThanTheCacheLeavesTheOthers() throws IOException {
        download("a", 40, null);

        download("b", LIMIT + 1, null);

        assertThat(has("b")).isFalse();
        assertThat(has("a")).isTrue();
    }

    @Test
    void tenMinutesAfterItsLastUseAnOriginalIsDeleted() throws IOException {
        download("a", 40, null);
        download("b", 40, null);
        now += Duration.ofMinutes(9).toNanos();
        assertThat(has("a")).isTrue();
        now += Duration.ofMinutes(1).toNanos();

        cache.expire();

        assertThat(files()).isEqualTo(1);
        assertThat(has("b")).isFalse();
        assertThat(has("a")).isTrue();
        download("c", 60, null);
        assertThat(has("a")).as("the room of the deleted one is free again").isTrue();
    }

    @Test
    void aRunningJobKeepsItsFileWhenAllAreDeleted() throws IOException {
        download("a", 40, null);
        RunningJob job = job();
        cache.use(exchange, job, "a", null);

        cache.clear();

        assertThat(files()).isZero();
        assertThat(job.getOriginal()).hasContent("a".repeat(40));
        download("b", LIMIT, null);
        assertThat(has("b")).isTrue();
    }
}
