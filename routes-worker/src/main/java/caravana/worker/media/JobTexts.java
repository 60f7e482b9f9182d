package caravana.worker.media;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes the texts that tools read in the job's folder. */
final class JobTexts {

    private JobTexts() {}

    /**
     * Writes a text. Each run of a job is planned with the same texts, while another run of the job may be reading them, so
     * a file that has the text already is left alone.
     *
     * @throws IOException when it cannot be written
     */
    static void write(Path file, String text) throws IOException {
        if (!Files.exists(file) || !Files.readString(file).equals(text)) {
            Files.writeString(file, text);
        }
    }
}
