package caravana.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RouteCopyTest {

    @TempDir
    Path folder;

    @Test
    void aFileIsCopiedWhenItIsWritten() throws Exception {
        Path original = Files.createDirectories(folder.resolve("camel/job")).resolve("claim-job.sql");
        Path copied = folder.resolve("copy/job/claim-job.sql");
        RouteCopy copy = new RouteCopy(folder.resolve("camel"), folder.resolve("copy"));

        Files.writeString(original, "SEL");
        copy.update();
        Files.writeString(original, "SELECT 1");
        copy.update();
        assertThat(copied).doesNotExist();

        copy.update();
        assertThat(copied).hasContent("SELECT 1");

        Files.delete(original);
        copy.update();
        assertThat(copied).doesNotExist();
    }
}
