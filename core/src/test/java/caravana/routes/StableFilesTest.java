package caravana.routes;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StableFilesTest {

    private static final String FILE = "job/claim-job.sql";

    @TempDir
    Path folder;

    private StableFiles files;

    @BeforeEach
    void write() throws Exception {
        Files.createDirectories(folder.resolve("job"));
        Files.writeString(folder.resolve(FILE), "SELECT 1");
        files = new StableFiles(folder);
        files.look();
    }

    @Test
    void filesThatNobodyWritesAreRead() {
        assertThat(files.look()).hasValueSatisfying(read -> assertThat(read).containsEntry(FILE, "SELECT 1"));
    }

    @Test
    void aFileThatIsHalfWrittenIsNotRead() throws Exception {
        Files.writeString(folder.resolve(FILE), "SEL");
        assertThat(files.look()).isEmpty();
        Files.writeString(folder.resolve(FILE), "SELECT 2");
        assertThat(files.look()).isEmpty();

        assertThat(files.look()).hasValueSatisfying(read -> assertThat(read).containsEntry(FILE, "SELECT 2"));
    }

    /** The first bytes of a character of which the rest is yet to be written. */
    @Test
    void aFileThatIsNoTextYetIsNotRead() throws Exception {
        Files.write(folder.resolve(FILE), new byte[] {'S', (byte) 0xC3});
        assertThat(files.look()).isEmpty();
        assertThat(files.look()).isEmpty();
    }

    @Test
    void aDeletedFileIsMissed() throws Exception {
        Files.delete(folder.resolve(FILE));
        assertThat(files.look()).isEmpty();

        assertThat(files.look()).hasValueSatisfying(read -> assertThat(read).isEmpty());
    }
}
