package caravana.routes;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.springframework.core.io.ClassPathResource;
import org.springframework.core.io.support.PropertiesLoaderUtils;

/**
 * The versions of the apps that can run a version of the routes, each as {@code major.minor}. The beans, settings and
 * files that routes may name change only with these two numbers. Third numbers and suffixes are ignored.
 *
 * @param names at least one version, such as {@code 0.1}
 */
record AppVersions(List<String> names) {

    private static final Pattern NAME = Pattern.compile("\\d+\\.\\d+");

    /** @throws IllegalArgumentException when a name is not major.minor, or there is no name */
    AppVersions {
        if (names.isEmpty()
                || !names.stream().allMatch(name -> NAME.matcher(name).matches())) {
            throw new IllegalArgumentException(
                    "'" + String.join(",", names) + "' names no versions of the apps; write them as 1.1 or 1.1,1.2");
        }
    }

    /** Reads versions that are separated by commas. */
    static AppVersions of(String text) {
        return new AppVersions(Stream.of(text.split(",", -1)).map(String::strip).toList());
    }

    /** Returns the versions for routes that only an app of this version can run. */
    static AppVersions ofApp(String version) {
        Matcher name = NAME.matcher(version);
        if (!name.lookingAt()) {
            throw new IllegalArgumentException("'" + version + "' is not a version of an app");
        }
        return new AppVersions(List.of(name.group()));
    }

    /** The whole version of this app, such as {@code 1.1.0-SNAPSHOT}. */
    static String thisApp() {
        try {
            return PropertiesLoaderUtils.loadProperties(new ClassPathResource("META-INF/build-info.properties"))
                    .getProperty("build.version");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    boolean include(String app) {
        return names.containsAll(ofApp(app).names());
    }

    @Override
    public String toString() {
        return String.join(", ", names);
    }
}
