package caravana.local;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The folder with the stack's data, its logs, and a list of all processes that use it.
 *
 * <p>Only one stack can use it: the folder is locked while a stack runs, and the lock ends with its process. The next
 * stack ends the processes that a killed stack has left, by process id and start time, never by name.
 */
final class DataFolder implements AutoCloseable {

    /** The folder of the notes, by which a data folder is known. */
    static final String NOTES = "pids";

    private static final Duration LEFTOVER_PATIENCE = Duration.ofSeconds(30);

    private final Path folder;
    private final FileChannel channel;

    private DataFolder(Path folder, FileChannel channel) {
        this.folder = folder;
        this.channel = channel;
    }

    /**
     * Opens and locks it, made when missing, closed to other users.
     *
     * @throws LocalStackException when another stack runs on it, or it cannot be used
     */
    static DataFolder open(Path named) {
        Path folder = RunFolder.open(named);
        try {
            for (String ours : List.of(NOTES, "logs")) {
                Files.createDirectories(folder.resolve(ours));
                Files.setPosixFilePermissions(folder.resolve(ours), PosixFilePermissions.fromString("rwx------"));
            }
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

    /** Where it is. */
    Path path() {
        return folder;
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
            Files.writeString(folder.resolve(NOTES).resolve(name), process.pid() + " " + started.toEpochMilli() + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Ends what a killed stack left running, its children included. */
    void endLeftovers() {
        try (Stream<Path> notes = Files.list(folder.resolve(NOTES))) {
            for (Path note : notes.toList()) {
                noted(Files.readString(note)).ifPresent(p -> Liveness.stop(p, LEFTOVER_PATIENCE));
                Files.delete(note);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The very process that a note names, if it still exists. */
    private static Optional<ProcessHandle> noted(String note) {
        String[] words = note.strip().split(" ");
        if (words.length != 2) {
            // Its writer was killed half-way, and the process with it.
            return Optional.empty();
        }
        long started = Long.parseLong(words[1]);
        return ProcessHandle.of(Long.parseLong(words[0]))
                .filter(p -> p.info()
                        .startInstant()
                        .filter(i -> i.toEpochMilli() == started)
                        .isPresent());
    }

    /** The failure of a process that ended though nobody asked it to. */
    LocalStackException endedByItself(String name) {
        return new LocalStackException(
                name + " ended unexpectedly. The end of " + log(name) + ":\n" + ChildProcess.tail(log(name)));
    }

    /** Forgets the noted processes, which have all been stopped, and unlocks the folder. */
    @Override
    public void close() {
        try (Stream<Path> notes = Files.list(folder.resolve(NOTES))) {
            for (Path note : notes.toList()) {
                Files.delete(note);
            }
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
