package caravana.worker.intake;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import caravana.aws.BucketProperties;
import caravana.media.MediaLimits;
import caravana.worker.WorkerSettings;
import caravana.worker.job.WorkFolder;
import caravana.worker.job.WorkFolders;
import caravana.worker.settings.WorkerProperties;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.util.unit.DataSize;

class SystemProbeTest {

    @TempDir
    Path folder;

    @Test
    void lessFreeSpaceThanTheReserveIsAnOutage() {
        assertThatThrownBy(() -> probe(DataSize.ofTerabytes(1_000_000)).disk())
                .hasMessageContaining("MiB are free at " + folder)
                .hasMessageContaining("the reserve of 1048576000000 MiB (CARAVANA_WORKER_DISK_RESERVE)")
                .hasMessageContaining("the 4096 MiB that jobs may need (CARAVANA_UPLOAD_MAX_SIZE");
    }

    @Test
    void moreFreeSpaceThanTheReserveIsNone() {
        assertThatCode(() -> probe(DataSize.ofBytes(1)).disk()).doesNotThrowAnyException();
    }

    /** A file in the folder's place, since root may write even where nobody may. */
    @Test
    void aFolderThatTakesNoFilesIsAnOutage() throws IOException {
        folder = folder.resolve("work");
        SystemProbe probe = probe(DataSize.ofBytes(1));
        Files.delete(folder.resolve(".lock"));
        Files.delete(folder);
        Files.createFile(folder);

        assertThatThrownBy(probe::disk).hasMessageContaining("no file can be written in " + folder);
    }

    /** However empty the disk is: as many bytes as it has, and jobs that may need more. */
    @Test
    void aDiskThatCannotHoldTheLargestOriginalsIsRefusedAtTheStart() throws IOException {
        long megabytes =
                DataSize.ofBytes(Files.getFileStore(folder).getTotalSpace()).toMegabytes();
        int slots = (int) (megabytes / 2 / 50_000) + 1;
        MediaLimits limits = WorkerSettings.limits(Map.of("CARAVANA_UPLOAD_MAX_SIZE", "50000MB"));

        assertThatThrownBy(() -> probe(slots, DataSize.ofBytes(1), limits))
                .hasMessage("The disk at " + folder + " has " + megabytes + " MiB, and " + slots
                        + " jobs at once may need " + slots * 100_000L + " MiB, twice the largest original each: use a"
                        + " larger disk (CARAVANA_WORK_DIR), fewer slots (CARAVANA_WORKER_SLOTS) or smaller originals"
                        + " (CARAVANA_UPLOAD_MAX_SIZE)");
    }

    private SystemProbe probe(DataSize reserve) throws IOException {
        return probe(1, reserve, WorkerSettings.LIMITS);
    }

    private SystemProbe probe(int slots, DataSize reserve, MediaLimits limits) throws IOException {
        WorkerProperties settings = WorkerSettings.in(folder, slots, reserve);
        WorkFolder workFolder = WorkFolders.in(settings);
        return new SystemProbe(null, new BucketProperties("bucket"), workFolder, null, settings, limits);
    }
}
