package caravana.local;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A program's classes as its JVM had loaded and linked them when it first served (JDK 17's dynamic class-data sharing). A
 * JVM that begins with them is up in about half the time; one that they do not fit starts without them, and says nothing.
 */
final class ClassArchive {

    private static final int DUMP_SECONDS = 60;

    private final Path file;
    private final boolean fresh;

    private ClassArchive(Path file, boolean fresh) {
        this.file = file;
        this.fresh = fresh;
    }

    /**
     * The archive as it is now.
     *
     * @param file where it is, or will be
     * @param jar what it is made from; an archive that is older is not used
     */
    static ClassArchive of(Path file, Path jar) {
        try {
            boolean fresh =
                    Files.exists(file) && Files.getLastModifiedTime(file).compareTo(Files.getLastModifiedTime(jar)) > 0;
            return new ClassArchive(file, fresh);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What to start the JVM with: the archive, or the order to remember what one is made of. */
    List<String> options() {
        return fresh
                ? List.of("-Xshare:auto", "-XX:SharedArchiveFile=" + file)
                // What it cannot keep, it would name on standard output, class by class.
                : List.of("-XX:+RecordDynamicDumpInfo", "-Xlog:cds=off", "-Xlog:cds+dynamic=off");
    }

    /**
     * Makes the archive from a JVM that was started with these {@link #options} and serves by now; it stands still
     * meanwhile, for a second or two. Does nothing when there is one, or when it is being made.
     */
    void make(ProcessHandle jvm) {
        if (fresh) {
            return;
        }
        Path jcmd = Path.of(ProjectLayout.java()).resolveSibling("jcmd");
        Path unfinished = file.resolveSibling(file.getFileName() + "." + jvm.pid());
        try {
            Files.createDirectories(file.getParent());
            try (FileChannel channel = FileChannel.open(
                            file.resolveSibling(file.getFileName() + ".lock"),
                            StandardOpenOption.CREATE,
                            StandardOpenOption.WRITE);
                    FileLock lock = channel.tryLock()) {
                if (lock == null || !Files.isExecutable(jcmd)) {
                    return;
                }
                Process dump = new ProcessBuilder(
                                jcmd.toString(),
                                String.valueOf(jvm.pid()),
                                "VM.cds",
                                "dynamic_dump",
                                unfinished.toString())
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
                if (!dump.waitFor(DUMP_SECONDS, TimeUnit.SECONDS)) {
                    dump.destroyForcibly();
                } else if (Files.exists(unfinished)) {
                    Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
                }
            }
        } catch (OverlappingFileLockException madeByAnotherThread) {
            // That one will do.
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
