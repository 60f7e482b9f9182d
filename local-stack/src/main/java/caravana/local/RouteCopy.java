package caravana.local;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** A copy of the routes, for apps whose user cannot read the edited folder, for example in the home of root. */
final class RouteCopy {

    private static final Duration PERIOD = Duration.ofMillis(200);
    private static final String FILE = "file:";

    private final Path original;
    private final Path copy;

    /** What was found at the last look: a file is copied when it is the same at the next, since it is written completely then. */
    private final Map<Path, byte[]> seen = new HashMap<>();

    RouteCopy(Path original, Path copy) {
        this.original = original;
        this.copy = copy;
    }

    /**
     * Where the apps find the routes of a location: there, or in a copy.
     *
     * @param location as {@code CARAVANA_ROUTES} has it
     * @param follow whether a copy follows edits until this program ends
     */
    static String readable(String location, DataFolder data, boolean follow) {
        Path folder = Path.of(location.substring(location.startsWith(FILE) ? FILE.length() : 0));
        if (!location.startsWith(FILE)
                || !Files.isDirectory(folder)
                || LocalUser.current().canRead(folder)) {
            return location;
        }
        RouteCopy routes = new RouteCopy(folder, data.resolve("routes"));
        Command.run("delete " + routes.copy, List.of("rm", "-rf", routes.copy.toString()));
        try {
            routes.update();
            routes.update();
        } catch (IOException e) {
            throw new LocalStackException("Cannot copy the routes in " + folder + ": " + e.getMessage());
        }
        if (follow) {
            Thread thread = new Thread(routes::follow, "copy-routes");
            thread.setDaemon(true);
            thread.start();
        }
        return FILE + routes.copy;
    }

    private void follow() {
        try {
            while (true) {
                synchronized (this) {
                    wait(PERIOD.toMillis());
                }
                try {
                    update();
                } catch (IOException | UncheckedIOException e) {
                    // An editor may be about to replace a file; the next look is soon.
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Looks once. */
    void update() throws IOException {
        makeFolder(copy);
        for (Path file : files(original)) {
            Path target = copy.resolve(original.relativize(file));
            byte[] content = Files.readAllBytes(file);
            boolean written = Arrays.equals(content, seen.put(file, content));
            if (written && (!Files.exists(target) || !Arrays.equals(content, Files.readAllBytes(target)))) {
                makeFolder(target.getParent());
                Path fresh = target.resolveSibling(".fresh");
                Files.write(fresh, content);
                Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rw-r--r--"));
                Files.move(fresh, target, StandardCopyOption.ATOMIC_MOVE);
            }
        }
        for (Path file : files(copy)) {
            if (Files.notExists(original.resolve(copy.relativize(file)))) {
                Files.delete(file);
            }
        }
    }

    /** Whatever our umask: the apps read it. */
    private void makeFolder(Path folder) throws IOException {
        Files.createDirectories(folder);
        for (Path at = folder; at.startsWith(copy); at = at.getParent()) {
            Files.setPosixFilePermissions(at, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(Files::isRegularFile).toList();
        }
    }
}
