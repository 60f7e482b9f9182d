package caravana.worker.intake;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import caravana.aws.BucketProperties;
import caravana.worker.WorkerSettings;
import caravana.worker.job.WorkFolder;
import caravana.worker.job.WorkFolders;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.util.unit.DataSize;

class SystemProbeTest {

    @TempDir
    Path folder;

    @Test
    void lessFreeSpaceThanTheReserveIsAnOutage() {
        assertThatThrownBy(() -> probe(DataSize.ofTerabytes(1_000_000)).disk())
                .hasMessageContaining("MB are free at " + folder)
                .hasMessageContaining("caravana.worker.disk-reserve");
    }

    @Test
    void moreFreeSpaceThanTheReserveIsNone() {
        assertThatCode(() -> probe(DataSize.ofBytes(1)).disk()).doesNotThrowAnyException();
    }

    private SystemProbe probe(DataSize reserve) {
        var settings = WorkerSettings.in(folder, reserve);
        WorkFolder workFolder = WorkFolders.in(settings);
        return new SystemProbe(null, new BucketProperties("bucket"), workFolder, null, settings);
    }
}
