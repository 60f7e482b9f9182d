package caravana.local;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;

/**
 * The one folder that holds the stack's data, its logs, and a note of every process that runs on it.
 *
 * <p>One stack at a time: the folder is locked while a stack runs, and the lock ends with its holder. What a killed
 * stack left running is ended by the next one, by process id and start time, never by name.
 */
final class DataFolder implements AutoCloseable {

    private static final Duration LEFTOVER_PATIENCE = Duration.ofSeconds(5);

    private final Path folder;
    private final FileChannel channel;

    private DataFolder(Path folder, FileChannel channel) {
        this.folder = folder;
        this.channel = channel;
    }

    /**
     * Opens and locks it, made when missing.
     *
     * @throws LocalStackException when another stack runs on it
     */
    static DataFolder open(Path folder) {
        try {
            Files.createDirectories(folder.resolve("pids"));
            Files.createDirectories(folder.resolve("logs"));
            FileChannel channel = FileChannel.open(
                    folder.resolve("lock"),
                    StandardOpenOption.CREATE,
                    StandardOpenOption.READ,
                    StandardOpenOption.WRITE);
            FileLock lock = channel.tryLock();
            if (lock == null) {
                String holder = Files.readString(folder.resolve("lock")).strip();
                channel.close();
                throw new LocalStackException("Another local stack (process " + holder + ") runs on " + folder
                        + "; stop it, or set CARAVANA_DATA to another folder");
            }
            channel.truncate(0);
            channel.write(StandardCharsets.UTF_8.encode(ProcessHandle.current().pid() + "\n"));
            return new DataFolder(folder, channel);
        } catch (IOException e) {
            throw new LocalStackException("Cannot use the folder " + folder + ": " + e.getMessage());
        }
    }

    Path resolve(String name) {
        return folder.resolve(name);
    }

    Path log(String name) {
        return folder.resolve("logs").resolve(name + ".log");
    }

    /** Notes a process, so that the next stack can end it should this one be killed. */
    void note(String name, ProcessHandle process) {
        Instant started = process.info().startInstant().orElse(Instant.EPOCH);
        try {
            Files.writeString(
                    folder.resolve("pids").resolve(name), process.pid() + " " + started.toEpochMilli() + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Ends what a killed stack left running, its children included. */
    void endLeftovers() {
        try (Stream<Path> notes = Files.list(folder.resolve("pids"))) {
            for (Path note : notes.toList()) {
                List<String> words = List.of(Files.readString(note).strip().split(" "));
                long pid = Long.parseLong(words.get(0));
                long started = Long.parseLong(words.get(1));
                ProcessHandle.of(pid)
                        .filter(p -> p.info()
                                .startInstant()
                                .filter(i -> i.toEpochMilli() == started)
                                .isPresent())
                        .ifPresent(p -> Liveness.stop(p, LEFTOVER_PATIENCE));
                Files.delete(note);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Forgets the noted processes, which have all been stopped, and unlocks the folder. */
    @Override
    public void close() {
        try (Stream<Path> notes = Files.list(folder.resolve("pids"))) {
            for (Path note : notes.toList()) {
                Files.delete(note);
            }
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
