package caravana.worker.media;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JobTextsTest {

    private static final FileTime BEFORE = FileTime.fromMillis(1000);

    @TempDir
    Path folder;

    /** Another tool may be reading it. */
    @Test
    void aFileThatHasTheTextIsNotWrittenAgain() throws Exception {
        Path file = folder.resolve("text.txt");
        JobTexts.write(file, "¿Qué?");
        Files.setLastModifiedTime(file, BEFORE);

        JobTexts.write(file, "¿Qué?");
        assertThat(Files.getLastModifiedTime(file)).isEqualTo(BEFORE);

        JobTexts.write(file, "Otro");
        assertThat(file).hasContent("Otro");
    }
}
