package caravana.worker.job;

import caravana.worker.settings.WorkerProperties;
import jakarta.annotation.PreDestroy;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import org.springframework.util.FileSystemUtils;

/**
 * The folder with the files of running jobs, in one sub-folder for each claim. It belongs to one worker alone. So
 * everything in it at the start of a worker was left by a killed one, and is deleted.
 */
@Component
public class WorkFolder {

    private static final Logger log = LoggerFactory.getLogger(WorkFolder.class);
    private static final String LOCK = ".lock";

    private final Path path;
    private final FileChannel channel;

    /** @throws IllegalStateException when another worker uses the folder, or it cannot be used at all */
    WorkFolder(WorkerProperties worker) {
        path = worker.workDir().toAbsolutePath();
        try {
            Files.createDirectories(path);
            channel = FileChannel.open(path.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (!lock(channel)) {
                channel.close();
                throw new IllegalStateException("Another worker uses the folder " + path
                        + "; set CARAVANA_WORK_DIR to a different folder for each worker");
            }
            removeLeftovers();
        } catch (IOException e) {
            throw new IllegalStateException(
                    "The folder for the files of running jobs cannot be used: " + e
                            + "; set CARAVANA_WORK_DIR to one that this user may write to",
                    e);
        }
    }

    private static boolean lock(FileChannel channel) throws IOException {
        try {
            FileLock lock = channel.tryLock();
            return lock != null;
        } catch (OverlappingFileLockException inThisProcess) {
            return false;
        }
    }

    private void removeLeftovers() throws IOException {
        try (Stream<Path> entries = Files.list(path)) {
            List<Path> leftovers = entries.filter(
                            e -> !e.getFileName().toString().equals(LOCK))
                    .toList();
            for (Path leftover : leftovers) {
                FileSystemUtils.deleteRecursively(leftover);
            }
            if (!leftovers.isEmpty()) {
                log.info("Removed the files of {} jobs that a killed worker left in {}", leftovers.size(), path);
            }
        }
    }

    /** Returns the absolute path of the folder. */
    public Path path() {
        return path;
    }

    /**
     * Creates and writes a file in the folder.
     *
     * @throws IOException when that fails
     */
    public void tryWriting() throws IOException {
        Path file = Files.createTempFile(path, "probe-", null);
        try {
            Files.write(file, new byte[] {1});
        } finally {
            Files.delete(file);
        }
    }

    /** Creates the folder of a claim. */
    Path open(String claimToken) throws IOException {
        return Files.createDirectories(path.resolve(claimToken));
    }

    @PreDestroy
    void unlock() throws IOException {
        channel.close();
    }
}
