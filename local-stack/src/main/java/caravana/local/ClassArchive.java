package caravana.local;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * An archive of the classes that an app had loaded when it was ready (dynamic class data sharing of JDK 17). With it, a
 * JVM starts in about half the time.
 *
 * <p>An archive fits one JDK, one place and one set of options. Its name contains them, so that a change of any of them
 * makes a new archive.
 */
final class ClassArchive {

    /** More than any archive needs: a JVM that fills the disk while it writes one ends. */
    private static final long FREE_BYTES = 512L << 20;

    /** How long a JVM may take to write down why it crashed. */
    private static final Duration CRASH = Duration.ofSeconds(5);

    private static final int PROVEN_JDK = 17;

    private final String program;
    private final Path file;
    private final boolean exists;

    private ClassArchive(String program, Path file) {
        this.program = program;
        this.file = file;
        this.exists = Files.exists(file);
    }

    /**
     * The archive as it is now.
     *
     * @param program its name, for what is printed
     * @param jar the program, or the first jar of its class path; the archive is beside it
     * @param options what its JVM is started with besides {@link #options}
     */
    static ClassArchive of(String program, Path jar, List<String> options) {
        Path java = Path.of(System.getProperty("java.home"));
        String fits = String.join(
                "\n",
                Programs.version(jar),
                java.toString(),
                Runtime.version().toString(),
                Programs.version(java.resolve("lib/server/libjvm.so")),
                options.toString());
        String name = prefix(program) + UUID.nameUUIDFromBytes(fits.getBytes(StandardCharsets.UTF_8)) + ".jsa";
        return new ClassArchive(program, jar.resolveSibling(name));
    }

    private static String prefix(String program) {
        return "classes-" + program + "-";
    }

    /** What to start the JVM with: the archive, or the order to remember what one is made of. */
    List<String> options() {
        return exists
                ? List.of("-Xshare:auto", "-XX:SharedArchiveFile=" + file)
                // What it cannot keep, it would name on standard output, class by class.
                : List.of("-XX:+RecordDynamicDumpInfo", "-Xlog:cds=off", "-Xlog:cds+dynamic=off");
    }

    /**
     * Makes the archive from a JVM that was started with these {@link #options} and serves by now; it stands still
     * meanwhile, for a second or two. Does nothing when another launcher makes it. What goes wrong is printed, and costs
     * time at the next start. A JVM of JDK 17 crashes when one of its threads defines a class at that moment.
     *
     * @param log of the JVM
     * @return whether the JVM is still there; otherwise its program must be started again
     */
    boolean make(ProcessHandle jvm, Path log) {
        if (exists) {
            deleteWhenRefused(jvm);
            return true;
        }
        Path folder = file.resolveSibling("unfinished-archives");
        Path unfinished = folder.resolve(String.valueOf(jvm.pid()));
        try (FileChannel channel = FileChannel.open(
                        file.resolveSibling("classes.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock lock = channel.tryLock()) {
            if (lock == null) {
                return true;
            }
            // What a killed launcher left, and what fitted once.
            Command.run("delete " + folder, List.of("rm", "-rf", folder.toString()));
            deleteOthers();
            if (Files.getFileStore(file.getParent()).getUsableSpace() < FREE_BYTES) {
                say("is not made: less than " + (FREE_BYTES >> 20) + " MiB are free in " + file.getParent());
                return true;
            }
            // The JVM itself writes it.
            RunFolder.ofUser(folder);
            try {
                dump(jvm, unfinished, log);
                Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
                return goesOn(jvm);
            } finally {
                Command.run("delete " + folder, List.of("rm", "-rf", folder.toString()));
            }
        } catch (OverlappingFileLockException madeByAnotherThread) {
            // That one will do.
        } catch (IOException | LocalStackException e) {
            say("could not be made: " + e.getMessage());
            return survives(jvm);
        }
        return true;
    }

    /**
     * One of JDK 25 crashes at some lambda after it has written its archive, if only while it stops; one of JDK 17 was never seen
     * to. So newer ones are killed.
     */
    private static boolean goesOn(ProcessHandle jvm) {
        if (Runtime.version().feature() == PROVEN_JDK) {
            return true;
        }
        jvm.destroyForcibly();
        jvm.onExit().join();
        return false;
    }

    /** A JVM that crashes breaks the connection first, and ends a moment later. */
    private static boolean survives(ProcessHandle jvm) {
        return !jvm.onExit()
                .thenApply(ended -> true)
                .completeOnTimeout(false, CRASH.toMillis(), TimeUnit.MILLISECONDS)
                .join();
    }

    private void dump(ProcessHandle jvm, Path to, Path log) {
        String purpose = "make the class archive of " + program;
        Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
        List<String> command =
                List.of(jcmd.toString(), String.valueOf(jvm.pid()), "VM.cds", "dynamic_dump", to.toString());
        // A JVM obeys its own user.
        if (jvm.info().user().equals(ProcessHandle.current().info().user())) {
            Command.run(purpose, command);
        } else {
            ChildProcess.run(purpose, command, List.of(), log);
        }
    }

    /** Prints that this start takes longer, when it does. */
    void announce() {
        if (!exists) {
            say("does not exist yet: this start is slow, and writes the archive for later starts");
        }
    }

    private void deleteWhenRefused(ProcessHandle jvm) {
        Path maps = Path.of("/proc", String.valueOf(jvm.pid()), "maps");
        try (Stream<String> mapped = Files.lines(maps)) {
            if (mapped.noneMatch(line -> line.endsWith(file.toString()))) {
                Files.deleteIfExists(file);
                say("was refused by the JVM, so this start was slow; the next start writes it again");
            }
        } catch (IOException | UncheckedIOException noProc) {
            // Elsewhere than on Linux, nobody knows.
        }
    }

    private void deleteOthers() throws IOException {
        try (Stream<Path> files = Files.list(file.getParent())) {
            for (Path other : files.toList()) {
                if (other.getFileName().toString().startsWith(prefix(program))) {
                    Files.delete(other);
                }
            }
        }
    }

    private void say(String what) {
        System.err.println("caravana: the class archive of " + program + " " + what);
    }
}
