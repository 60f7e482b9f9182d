package caravana.checks;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;

/**
 * Remembers in a file which command lines a build of ffmpeg has accepted, so that they are tested once. The file is
 * only a cache: it may be deleted or read-only.
 */
final class PassedGraphs {

    /** Of the file; then it begins again. */
    private static final long MOST_BYTES = 1 << 20;

    private final Path file;
    private final String ffmpeg;
    private final Set<String> passed = new HashSet<>();

    /**
     * @param file may be missing
     * @param ffmpeg what distinguishes it from every other build
     */
    PassedGraphs(Path file, String ffmpeg) {
        this.file = file;
        this.ffmpeg = ffmpeg;
        try {
            if (Files.exists(file) && Files.size(file) < MOST_BYTES) {
                passed.addAll(Files.readAllLines(file, StandardCharsets.US_ASCII));
            } else {
                Files.deleteIfExists(file);
            }
        } catch (IOException unreadable) {
            passed.clear();
        }
    }

    /** That of the user who runs the checks. */
    static Path file() {
        String caches = System.getenv("XDG_CACHE_HOME");
        return (caches == null || caches.isEmpty()
                        ? Path.of(System.getProperty("user.home"), ".cache")
                        : Path.of(caches))
                .resolve("caravana/passed-graphs");
    }

    /** Whether this ffmpeg has run the command line over these texts. */
    boolean has(List<String> command, String texts) {
        return passed.contains(digest(command, texts));
    }

    /** It has. */
    void add(List<String> command, String texts) {
        String digest = digest(command, texts);
        passed.add(digest);
        try {
            Files.createDirectories(file.getParent());
            Files.writeString(file, digest + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException unwritable) {
            // It runs once more next time.
        }
    }

    private String digest(List<String> command, String texts) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(ffmpeg.getBytes(StandardCharsets.UTF_8));
            digest.update((byte) 0);
            digest.update(texts.getBytes(StandardCharsets.UTF_8));
            for (String word : command) {
                digest.update((byte) 0);
                digest.update(word.getBytes(StandardCharsets.UTF_8));
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
