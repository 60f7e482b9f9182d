package caravana.system.routes;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** A copy of the project's routes, to edit. */
public record RouteCopy(Path folder) {

    private static final Path ROUTES = Path.of("../src/main/resources/camel");

    /** Copies them into a folder. */
    public static RouteCopy into(Path folder) throws IOException {
        return into(folder, ROUTES);
    }

    /** Copies those of another build. */
    public static RouteCopy into(Path folder, Path routes) throws IOException {
        try (Stream<Path> paths = Files.walk(routes)) {
            for (Path path : paths.toList()) {
                Path to = folder.resolve(routes.relativize(path).toString());
                if (Files.isDirectory(path)) {
                    Files.createDirectories(to);
                } else {
                    Files.copy(path, to);
                }
            }
        }
        return new RouteCopy(folder);
    }

    /** As the setting {@code CARAVANA_ROUTES} names it. */
    public String setting() {
        return "file:" + folder;
    }

    /** Writes something else for something that is there. */
    public void edit(String file, String before, String after) throws IOException {
        Path path = folder.resolve(file);
        String text = Files.readString(path);
        assertThat(text).contains(before);
        Files.writeString(path, text.replace(before, after));
    }

    /** Adds a file. */
    public void write(String file, String text) throws IOException {
        Files.writeString(folder.resolve(file), text);
    }

    void delete(String file) throws IOException {
        Files.delete(folder.resolve(file));
    }
}
