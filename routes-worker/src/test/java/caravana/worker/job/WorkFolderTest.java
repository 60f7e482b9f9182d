package caravana.worker.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import caravana.worker.WorkerSettings;
import caravana.worker.settings.WorkerProperties;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.util.unit.DataSize;

class WorkFolderTest {

    @TempDir
    Path folder;

    @Test
    void whatAKilledWorkerLeftGoesAtTheNextStart() throws Exception {
        Path left = Files.createDirectories(folder.resolve("some-claim"));
        Files.writeString(left.resolve("original"), "left");

        WorkFolder mine = new WorkFolder(settings());

        assertThat(left).doesNotExist();
        assertThat(mine.open("next-claim")).isDirectory();
        mine.unlock();
    }

    @Test
    void aFolderIsForOneWorker() throws Exception {
        WorkFolder first = new WorkFolder(settings());
        Path running = first.open("running-claim");

        assertThatThrownBy(() -> new WorkFolder(settings())).hasMessageContaining("CARAVANA_WORK_DIR");
        assertThat(running).isDirectory();

        first.unlock();
        new WorkFolder(settings()).unlock();
    }

    private WorkerProperties settings() {
        return WorkerSettings.in(folder, DataSize.ofMegabytes(1));
    }
}
