package caravana.local;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * The user of servers and apps: the current one, or, if that is root, a system user that owns only the data.
 *
 * <p>See docs/adr/0017-users-and-secrets-of-the-local-stack.md.
 */
final class LocalUser {

    /** The system user's name, and its group's. */
    static final String NAME = "caravana-local";

    /** The folder of everything that this user must reach while the project lies where it cannot. It belongs to root. */
    static final Path FOLDER = Path.of("/var/lib/caravana-local");

    private static final Path HOME = FOLDER.resolve("home");
    private static final List<String> CREATE = List.of(
            "/usr/sbin/useradd",
            "--system",
            "--user-group",
            "--no-create-home",
            "--home-dir",
            HOME.toString(),
            "--shell",
            "/usr/sbin/nologin",
            NAME);
    private static final Path SETPRIV = Path.of("/usr/bin/setpriv");
    private static final List<String> BECOME =
            List.of("--reuid=" + NAME, "--regid=" + NAME, "--init-groups", "--inh-caps=-all", "--no-new-privs");

    private static final int NAME_LENGTH = 40;

    private static LocalUser current;

    private final boolean separate;

    private LocalUser(boolean separate) {
        this.separate = separate;
    }

    /**
     * The user of this machine; as root, the system user is created when it is missing.
     *
     * @throws LocalStackException when that fails; the message says what to do
     */
    static synchronized LocalUser current() {
        if (current == null) {
            boolean root = isRoot();
            if (root) {
                createWhenMissing();
            }
            current = new LocalUser(root);
        }
        return current;
    }

    private static boolean isRoot() {
        try {
            return Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0);
        } catch (IOException | UnsupportedOperationException notLinux) {
            return false;
        }
    }

    private static void createWhenMissing() {
        try {
            folder("");
            // Of several launchers that start at once, one creates it.
            try (FileChannel channel = FileChannel.open(
                            FOLDER.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    FileLock lock = channel.lock()) {
                if (lock.isValid() && !Command.succeeds(List.of("id", NAME))) {
                    Command.run("create the system user", CREATE);
                }
                Files.createDirectories(HOME);
                Command.run("prepare " + HOME, List.of("chown", NAME + ":" + NAME, HOME.toString()));
            }
            Command.run("become this user", asUser(List.of("true")));
        } catch (IOException | LocalStackException e) {
            throw new LocalStackException(
                    "Started as root, the local stack runs its servers and apps as the system user "
                            + NAME + ". That failed: " + e.getMessage() + "\nCreate the user with `"
                            + String.join(" ", CREATE)
                            + "`, or start as an ordinary user.");
        }
    }

    /** Whether servers and apps run as another user than we do. */
    boolean isSeparate() {
        return separate;
    }

    /**
     * The command line that runs a command as this user, in a session of its own.
     *
     * @param orphaned the signal that it gets when the thread that starts it ends
     */
    List<String> command(List<String> command, String orphaned) {
        List<String> line = new ArrayList<>();
        if (Files.isExecutable(SETPRIV)) {
            line.addAll(List.of("setsid", SETPRIV.toString()));
            line.addAll(separate ? BECOME : List.of());
            line.addAll(List.of("--pdeathsig", orphaned));
        }
        // What they write is for nobody else; S3's server takes what others may read for published.
        line.addAll(List.of("sh", "-c", "umask 077; exec \"$@\"", "sh"));
        line.addAll(command);
        return line;
    }

    private static List<String> asUser(List<String> command) {
        List<String> line = new ArrayList<>(List.of(SETPRIV.toString()));
        line.addAll(BECOME);
        line.addAll(command);
        return line;
    }

    /** The variables in which a process of this user must differ from us. */
    Map<String, String> environment() {
        return separate ? Map.of("HOME", HOME.toString(), "USER", NAME, "LOGNAME", NAME) : Map.of();
    }

    /** Whether this user may read a file, or list and enter a folder. */
    boolean canRead(Path path) {
        if (!separate) {
            return Files.isReadable(path) && (!Files.isDirectory(path) || Files.isExecutable(path));
        }
        return Command.succeeds(asUser(List.of(
                "sh", "-c", "test -r \"$1\" && { test ! -d \"$1\" || test -x \"$1\"; }", "sh", path.toString())));
    }

    /** Whether this user may write to a folder. */
    boolean canWrite(Path folder) {
        return separate ? Command.succeeds(asUser(List.of("test", "-w", folder.toString()))) : Files.isWritable(folder);
    }

    /** Whether this user may pass through a folder. */
    boolean canEnter(Path folder) {
        return !separate || Command.succeeds(asUser(List.of("test", "-x", folder.toString())));
    }

    /**
     * Gives this user a file, or a folder with all that is in it.
     *
     * @throws LocalStackException when that fails
     */
    void own(Path path) {
        // A folder's owner changes after that of its content, so it shows whether the whole has been done.
        if (separate && !NAME.equals(owner(path))) {
            Command.run(
                    "give " + path + " to " + NAME, List.of("chown", "-R", "-h", NAME + ":" + NAME, path.toString()));
        }
    }

    /** Closes a folder of this user, with all that is in it, to all others. */
    void close(Path folder) {
        // The folder last, so that it shows whether the whole has been done. By the user, who could exchange a file for
        // a
        // link meanwhile.
        List<String> chmod = List.of(
                "find", folder.toString(), "-depth", "!", "-type", "l", "-exec", "chmod", "u+rwX,go=", "{}", "+");
        Command.run("close " + folder, separate ? asUser(chmod) : chmod);
    }

    /** Lets this user's group pass through a folder that is ours. */
    void letEnter(Path folder) {
        Command.run("open " + folder + " for " + NAME, List.of("chgrp", NAME, folder.toString()));
        Command.run("open " + folder + " for " + NAME, List.of("chmod", "g+x", folder.toString()));
    }

    /** A folder of root's in {@link #FOLDER}, or that itself; whatever our umask, others may pass through it. */
    static Path folder(String name) throws IOException {
        Path folder = Files.createDirectories(FOLDER.resolve(name));
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        return folder;
    }

    /** The name, below {@link #FOLDER}, of what stands there for a folder elsewhere: like its path, and no other's. */
    static String nameOf(Path folder) {
        String path = folder.toString();
        String readable = path.replaceAll("[^A-Za-z0-9]+", "-").replaceAll("^-", "");
        return readable.substring(Math.max(0, readable.length() - NAME_LENGTH)) + "-"
                + UUID.nameUUIDFromBytes(path.getBytes(StandardCharsets.UTF_8))
                        .toString()
                        .substring(0, 8);
    }

    private static String owner(Path path) {
        try {
            return Files.getOwner(path).getName();
        } catch (IOException e) {
            throw new LocalStackException("Cannot read who owns " + path + ": " + e.getMessage());
        }
    }
}
