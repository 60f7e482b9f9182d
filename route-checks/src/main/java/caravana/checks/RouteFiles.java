package caravana.checks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The files of a folder with routes, by their relative path, and the effects of an edit on other files. */
public final class RouteFiles {

    private RouteFiles() {}

    /**
     * The text of every {@code *.camel.yaml} and {@code *.sql}, and of the catalogue's entries and presets.
     *
     * @throws IOException when the folder cannot be read
     */
    public static Map<String, String> read(Path folder) throws IOException {
        Map<String, String> files = new TreeMap<>();
        try (Stream<Path> paths = Files.walk(folder)) {
            for (Path path : paths.filter(Files::isRegularFile).toList()) {
                String name = folder.relativize(path).toString();
                if (name.endsWith(RouteTree.ROUTES)
                        || name.endsWith(RouteTree.SQL)
                        || TransformationFiles.isOne(name)) {
                    files.put(name, Files.readString(path));
                }
            }
        }
        return files;
    }

    /**
     * Makes a folder hold these files, and no other of their kinds.
     *
     * @param folder made when it is not there
     * @throws IOException when it cannot be written
     */
    public static void write(Path folder, Map<String, String> files) throws IOException {
        for (Map.Entry<String, String> file : files.entrySet()) {
            Path path = folder.resolve(file.getKey());
            Files.createDirectories(path.getParent());
            Files.writeString(path, file.getValue());
        }
        Set<String> others = new TreeSet<>(read(folder).keySet());
        others.removeAll(files.keySet());
        for (String other : others) {
            Files.delete(folder.resolve(other));
        }
    }

    /**
     * The files that an app must load again: those that changed, and those with routes whose error handling changed.
     *
     * @param app {@code web} or {@code worker}
     */
    public static Set<String> affected(Map<String, String> before, Map<String, String> after, String app) {
        Set<String> changed = new TreeSet<>(before.keySet());
        changed.addAll(after.keySet());
        changed.removeIf(file -> Objects.equals(before.get(file), after.get(file)));
        Set<String> handlings = RouteTree.of(after).configurations().stream()
                .filter(configuration -> changed.contains(configuration.file()))
                .map(Route::id)
                .collect(Collectors.toSet());
        Set<String> affected = new TreeSet<>(changed);
        RouteTree.of(after).routes().stream()
                .filter(route -> handlings.contains(route.element().text("routeConfigurationId")))
                .forEach(route -> affected.add(route.file()));
        affected.removeIf(file -> !isLoadedBy(app, file));
        return affected;
    }

    /** Whether an app, {@code web} or {@code worker}, loads a file. */
    public static boolean isLoadedBy(String app, String file) {
        return TransformationFiles.isOne(file)
                || AppFolders.loading(file).stream()
                        .anyMatch(loading -> loading.label().equals(app));
    }

    /** The folders that an app, {@code web} or {@code worker}, loads. */
    public static List<String> folders(String app) {
        return AppFolders.valueOf(app.toUpperCase(Locale.ROOT)).folders();
    }

    /** The ids of the routes in some files. */
    public static Set<String> routes(Map<String, String> files) {
        return RouteTree.of(files).routes().stream().map(Route::id).collect(Collectors.toSet());
    }
}
