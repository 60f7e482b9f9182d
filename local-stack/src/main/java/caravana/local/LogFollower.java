package caravana.local;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Consumer;

/** Passes on the lines of a growing log. */
final class LogFollower {

    private static final Duration PAUSE = Duration.ofMillis(200);

    private LogFollower() {}

    /**
     * Follows from the end that the log has now to the end of the program.
     *
     * @throws UncheckedIOException when there is no such log
     */
    static void start(Path log, Consumer<String> reader) {
        long from;
        try {
            from = Files.size(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread thread = new Thread(() -> follow(log, from, reader), "follow-" + log.getFileName());
        thread.setDaemon(true);
        thread.start();
    }

    private static void follow(Path log, long from, Consumer<String> reader) {
        try (InputStream file = Files.newInputStream(log)) {
            file.skipNBytes(from);
            Reader lines = new InputStreamReader(new BufferedInputStream(file), StandardCharsets.UTF_8);
            StringBuilder line = new StringBuilder();
            while (true) {
                int next = lines.read();
                if (next < 0) {
                    synchronized (log) {
                        log.wait(PAUSE.toMillis());
                    }
                } else if (next == '\n') {
                    reader.accept(line.toString());
                    line.setLength(0);
                } else {
                    line.append((char) next);
                }
            }
        } catch (IOException e) {
            System.err.println("caravana: cannot read " + log + ": " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
