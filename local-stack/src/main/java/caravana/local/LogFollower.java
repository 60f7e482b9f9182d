package caravana.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Hands the lines of a growing log on that are of interest. */
final class LogFollower {

    private static final Duration PAUSE = Duration.ofMillis(200);

    private LogFollower() {}

    /**
     * Follows from here to the end of the program.
     *
     * @param interest a line that matches it is handed on by its first group
     */
    static void start(Path log, Pattern interest, Consumer<String> reader) {
        Thread thread = new Thread(() -> follow(log, interest, reader), "follow-" + log.getFileName());
        thread.setDaemon(true);
        thread.start();
    }

    private static void follow(Path log, Pattern interest, Consumer<String> reader) {
        try (var lines = Files.newBufferedReader(log)) {
            StringBuilder line = new StringBuilder();
            while (true) {
                int next = lines.read();
                if (next < 0) {
                    synchronized (log) {
                        log.wait(PAUSE.toMillis());
                    }
                } else if (next == '\n') {
                    Matcher matcher = interest.matcher(line);
                    if (matcher.matches()) {
                        reader.accept(matcher.group(1));
                    }
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
