package caravana.worker.exec;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/**
 * Writes a file when this process ends because tools cannot be run. {@code ops/bin/report-tool-failure}, which systemd
 * runs after each end, counts these files. Other ends do not count against the instance.
 */
@Component
public class ToolFailureNote {

    private static final Logger log = LoggerFactory.getLogger(ToolFailureNote.class);
    private static final String NAME = "tool-failure";

    private final String stateFolder;

    /** @param stateFolder systemd's state folder of the unit; empty when the worker was not started by systemd */
    ToolFailureNote(@Value("${STATE_DIRECTORY:}") String stateFolder) {
        this.stateFolder = stateFolder;
    }

    /** Writes the file. */
    public void write() {
        if (stateFolder.isBlank()) {
            return;
        }
        try {
            Files.writeString(Path.of(stateFolder, NAME), "");
        } catch (IOException e) {
            log.warn("Could not write to {} that tools cannot be run: {}", stateFolder, e.toString());
        }
    }
}
