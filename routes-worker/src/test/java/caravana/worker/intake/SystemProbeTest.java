package caravana.worker.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import caravana.aws.BucketProperties;
import caravana.worker.WorkerSettings;
import caravana.worker.job.OriginalCache;
import caravana.worker.job.OriginalCaches;
import caravana.worker.job.RunningJob;
import caravana.worker.job.RunningJobs;
import caravana.worker.job.WorkFolder;
import caravana.worker.job.WorkFolders;
import caravana.worker.settings.WorkerProperties;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.util.unit.DataSize;

class SystemProbeTest {

    @TempDir
    Path folder;

    private OriginalCache originals;

    @Test
    void lessFreeSpaceThanTheReserveIsAnOutage() {
        assertThatThrownBy(() -> probe(DataSize.ofTerabytes(1_000_000)).disk())
                .hasMessageContaining("MiB are free at " + folder)
                .hasMessageContaining("the reserve of 1048576000000 MiB (CARAVANA_WORKER_DISK_RESERVE)")
                .hasMessageContaining("the 4096 MiB that the next job may need (CARAVANA_UPLOAD_MAX_SIZE");
    }

    @Test
    void moreFreeSpaceThanTheReserveIsNone() {
        assertThatCode(() -> probe(DataSize.ofBytes(1)).disk()).doesNotThrowAnyException();
    }

    @Test
    void keptOriginalsMakeRoomForTheNextJob() throws IOException {
        SystemProbe roomy = probe(DataSize.ofBytes(1));
        keep("kept");
        roomy.disk();
        assertThat(folder.resolve(".originals")).isDirectoryContaining("glob:**");
        folder = folder.resolve("full");
        SystemProbe full = probe(DataSize.ofTerabytes(1_000_000));
        keep("deleted");

        assertThatThrownBy(full::disk).hasMessageContaining("are free");

        assertThat(folder.resolve(".originals")).isEmptyDirectory();
    }

    private void keep(String key) throws IOException {
        RunningJob job = RunningJobs.inFolder(Files.createDirectories(folder.resolve(key)));
        Files.writeString(job.getOriginal().toPath(), key);
        originals.keep(job, key, null);
    }

    /** A file in the folder's place, since root may write even where nobody may. */
    @Test
    void aFolderThatTakesNoFilesIsAnOutage() throws IOException {
        folder = folder.resolve("work");
        SystemProbe probe = probe(DataSize.ofBytes(1));
        Files.delete(folder.resolve(".lock"));
        Files.delete(folder.resolve(".originals"));
        Files.delete(folder);
        Files.createFile(folder);

        assertThatThrownBy(probe::disk).hasMessageContaining("no file can be written in " + folder);
    }

    /** However empty the disk is. */
    @Test
    void aDiskThatCannotHoldTheLargestOriginalIsRefusedAtTheStart() throws IOException {
        FileStore disk = mock(FileStore.class);
        when(disk.getTotalSpace()).thenReturn(DataSize.ofMegabytes(4095).toBytes());

        assertThatThrownBy(() -> SystemProbe.checkTotal(disk, folder, WorkerSettings.LIMITS.space()))
                .hasMessage("The disk at " + folder + " has 4095 MiB, and a job may need 4096 MiB, twice the largest"
                        + " original: use a larger disk (CARAVANA_WORK_DIR) or smaller originals"
                        + " (CARAVANA_UPLOAD_MAX_SIZE)");
    }

    private SystemProbe probe(DataSize reserve) throws IOException {
        WorkerProperties settings = WorkerSettings.in(folder, 1, reserve);
        WorkFolder workFolder = WorkFolders.in(settings);
        originals = OriginalCaches.in(workFolder, settings);
        return new SystemProbe(
                null, new BucketProperties("bucket"), workFolder, originals, null, settings, WorkerSettings.LIMITS);
    }
}
