package caravana.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The environment variables that edited routes and their SQL use: {@code MY_SETTING} for {@code {{my.setting}}}. */
final class RouteVariables {

    private static final String FILE = "file:";
    private static final String ENVIRONMENT = "env:";
    private static final Pattern PLACEHOLDER =
            Pattern.compile("\\{\\{\\??(" + ENVIRONMENT + ")?([^{}:]+)(?::[^{}]*)?}}");

    private RouteVariables() {}

    /**
     * The variables of the routes in a folder; none of those in the apps' jars, which read only settings of the apps.
     *
     * @param location as {@code CARAVANA_ROUTES} has it
     */
    static Set<String> in(String location) {
        Path folder = Path.of(location.startsWith(FILE) ? location.substring(FILE.length()) : "");
        Set<String> variables = new TreeSet<>();
        if (!location.startsWith(FILE) || !Files.isDirectory(folder)) {
            return variables;
        }
        try (Stream<Path> paths = Files.walk(folder)) {
            List<Path> files = paths.filter(path -> path.toString().matches(".*\\.(yaml|sql)"))
                    .toList();
            for (Path file : files) {
                Matcher placeholder = PLACEHOLDER.matcher(Files.readString(file));
                while (placeholder.find()) {
                    String name = placeholder.group(2);
                    variables.add(placeholder.group(1) == null ? variable(name) : name);
                }
            }
        } catch (IOException e) {
            throw new LocalStackException("Cannot read the routes in " + folder + ": " + e.getMessage());
        }
        return variables;
    }

    /** The variable by which Spring Boot takes a setting. */
    private static String variable(String setting) {
        return setting.replace("-", "").replace('.', '_').toUpperCase(Locale.ROOT);
    }
}
