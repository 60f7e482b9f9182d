package caravana.routes;

import caravana.checks.RouteFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * Reads the files of a folder that somebody edits, when no write is in progress: two reads in a row must find the same
 * content.
 */
final class StableFiles {

    private final Path folder;
    private Map<String, String> before;

    StableFiles(Path folder) {
        this.folder = folder;
    }

    /** Returns the files; empty while an editor is still writing or replacing a file. */
    Optional<Map<String, String>> look() {
        Map<String, String> now;
        try {
            now = RouteFiles.read(folder);
        } catch (IOException | UncheckedIOException beingReplaced) {
            before = null;
            return Optional.empty();
        }
        boolean stable = now.equals(before);
        before = now;
        return stable ? Optional.of(now) : Optional.empty();
    }
}
