package caravana.local;

import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Folders for files of running servers and apps: closed to other users, and accessible to the user that they run as.
 *
 * <p>If that user is another one than ours, it cannot enter, for example, the home of root. Such a folder is replaced
 * by a link to a folder below {@link LocalUser#FOLDER}, to which its content is moved.
 */
public final class RunFolder {

    private static final Set<PosixFilePermission> OURS_ALONE = PosixFilePermissions.fromString("rwx------");
    private static final Set<PosixFilePermission> USER_PASSES = PosixFilePermissions.fromString("rwx--x---");
    private static final Path TEMPORARY = Path.of(System.getProperty("java.io.tmpdir"));

    private RunFolder() {}

    /**
     * Makes a folder, when it is missing, that belongs to us and that servers and apps can enter.
     *
     * @return where it really is
     * @throws LocalStackException when it cannot be used; the message says why
     */
    public static Path open(Path folder) {
        Path absolute = folder.toAbsolutePath().normalize();
        Path data = ProjectLayout.data();
        if (!absolute.equals(data) && absolute.startsWith(data)) {
            absolute = open(data).resolve(data.relativize(absolute));
        }
        try {
            LocalUser user = LocalUser.current();
            create(absolute, user);
            Path real = absolute.toRealPath();
            openWay(real, user);
            if (!user.canEnter(real)) {
                user.letEnter(real);
            }
            return user.canEnter(real) ? real : move(absolute, user);
        } catch (IOException e) {
            throw new LocalStackException("Cannot use the folder " + absolute + ": " + e.getMessage()
                    + ". It must belong to the user who runs ./caravana; `ls -ld` shows to whom it belongs.");
        }
    }

    /**
     * Makes a folder, when it is missing, that belongs to the user of servers and apps, with all that is in it, and is closed
     * to all others.
     *
     * @param folder in one of {@link #open}
     * @return the folder
     * @throws LocalStackException when it cannot be used
     */
    static Path ofUser(Path folder) {
        try {
            Files.createDirectories(folder);
            LocalUser.current().own(folder);
            if (!Files.getPosixFilePermissions(folder).equals(OURS_ALONE)) {
                LocalUser.current().close(folder);
            }
            return folder;
        } catch (IOException e) {
            throw new LocalStackException("Cannot use the folder " + folder + ": " + e.getMessage());
        }
    }

    /**
     * A folder for a worker's running jobs, made when it is missing. One with something in it must be the worker's already.
     *
     * @throws LocalStackException when servers and apps run as a user that cannot write there
     */
    static Path work(Path folder) {
        Path absolute = folder.toAbsolutePath().normalize();
        LocalUser user = LocalUser.current();
        if (!user.isSeparate()) {
            // The worker makes it.
            return absolute;
        }
        try {
            String[] content = absolute.toFile().list();
            if (content == null || content.length == 0) {
                openWay(Files.createDirectories(absolute).toRealPath(), user);
                return ofUser(absolute);
            }
        } catch (IOException e) {
            throw new LocalStackException("Cannot use the folder " + absolute + ": " + e.getMessage());
        }
        if (!user.canWrite(absolute)) {
            throw new LocalStackException(LocalUser.NAME + ", as whom the worker runs, cannot write to its folder "
                    + absolute + "; name an empty folder, or give it this one: chown -R " + LocalUser.NAME + ": "
                    + absolute);
        }
        return absolute;
    }

    /**
     * Writes a file that we alone may read; there is no moment at which others could.
     *
     * @param file in a folder of {@link #open}
     */
    static void writeSecret(Path file, String content) throws IOException {
        Files.deleteIfExists(file);
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(file, content, StandardOpenOption.WRITE);
    }

    /** The same for a file that the user of servers and apps alone may read. */
    static Path writeForUser(Path file, String content) throws IOException {
        writeSecret(file, content);
        LocalUser.current().own(file);
        return file;
    }

    /** A folder with something in it, such as /srv, keeps its permissions: what we put there has permissions of its own. */
    private static void create(Path folder, LocalUser user) throws IOException {
        boolean missing = !Files.exists(folder);
        if (missing) {
            Files.createDirectories(folder);
        }
        Set<PosixFilePermission> closed = user.isSeparate() ? USER_PASSES : OURS_ALONE;
        // Not twice: a stack may be running in it.
        if ((missing || folder.equals(ProjectLayout.data()) || isEmpty(folder))
                && !Files.getPosixFilePermissions(folder).equals(closed)) {
            Files.setPosixFilePermissions(folder, closed);
        }
    }

    private static boolean isEmpty(Path folder) throws IOException {
        try (Stream<Path> content = Files.list(folder)) {
            return content.findAny().isEmpty();
        }
    }

    /** Lets the user through those folders above one that are temporary, or there for what runs leave. */
    private static void openWay(Path folder, LocalUser user) throws IOException {
        if (!user.isSeparate()) {
            return;
        }
        Path temporary = TEMPORARY.toRealPath();
        Path data = ProjectLayout.data();
        Path runs = Files.exists(data) ? data.toRealPath() : data;
        List<Path> way = new ArrayList<>();
        for (Path at = folder; at != null; at = at.getParent()) {
            if (at.startsWith(runs) || at.startsWith(temporary) && !at.equals(temporary)) {
                way.add(0, at);
            }
        }
        way.stream().filter(closed -> !user.canEnter(closed)).forEach(user::letEnter);
    }

    /** Moves a folder to where the user can enter it, and leaves a link. */
    private static Path move(Path folder, LocalUser user) throws IOException {
        Path place = LocalUser.folder("data").resolve(LocalUser.nameOf(folder));
        if (Files.exists(place)) {
            // The link to it was deleted since.
            try {
                Files.delete(folder);
            } catch (DirectoryNotEmptyException e) {
                throw new LocalStackException(place + ", where data of " + folder + " are kept, exists, and " + folder
                        + " is not empty; delete or rename one of them");
            }
        } else {
            Command.run("move " + folder, List.of("mv", "-T", folder.toString(), place.toString()));
        }
        Files.createSymbolicLink(folder, place);
        System.err.println("caravana: " + LocalUser.NAME + ", as whom servers and apps run, cannot enter "
                + folder.getParent() + "; " + folder + " is a link to " + place + " now");
        user.letEnter(place);
        if (!user.canEnter(place)) {
            throw new LocalStackException(LocalUser.NAME + " cannot enter " + place
                    + " either; set CARAVANA_DATA to a folder that every user can enter");
        }
        return place;
    }
}
