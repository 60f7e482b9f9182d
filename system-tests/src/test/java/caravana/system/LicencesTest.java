package caravana.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The licence list in each packaged app names every library that is in the app, in its version. */
class LicencesTest {

    private static final String LIST = "META-INF/THIRD-PARTY.txt";

    /** Spring Boot's plugin adds it to each app, and no list of dependencies has it; NOTICE does. */
    private static final String ADDED = "BOOT-INF/lib/spring-boot-jarmode-tools-";

    @Test
    void everyLibraryOfTheAppsIsListed() throws IOException {
        for (String app : List.of("routes-web", "routes-worker")) {
            try (JarFile jar = jar(app)) {
                List<String> libraries = jar.stream()
                        .map(entry -> entry.getName())
                        .filter(name -> name.matches("BOOT-INF/lib/.+") && !name.startsWith(ADDED))
                        .map(name -> name.substring("BOOT-INF/lib/".length()))
                        .toList();
                assertListed(jar, libraries);
            }
        }
    }

    @Test
    void everyLibraryOfTheLocalStackIsListed() throws IOException {
        try (JarFile jar = jar("local-stack");
                Stream<Path> libraries = Files.list(Path.of("../local-stack/target/lib"))) {
            assertListed(
                    jar,
                    libraries.map(library -> library.getFileName().toString()).toList());
        }
    }

    private static JarFile jar(String module) throws IOException {
        return new JarFile("../" + module + "/target/" + module + ".jar");
    }

    private static void assertListed(JarFile jar, List<String> libraries) throws IOException {
        String list = new String(jar.getInputStream(jar.getEntry(LIST)).readAllBytes(), StandardCharsets.UTF_8);
        // As a line names it: (licence) name (group:artifact:version - address).
        List<String> listed = list.lines()
                .filter(line -> line.startsWith("     ("))
                .map(line -> line.replaceAll(".*\\([^:() ]+:([^:() ]+):([^: ]+) - .*", "$1-$2.jar"))
                .toList();

        assertThat(libraries).hasSizeGreaterThan(90);
        assertThat(listed).containsAll(libraries);
    }
}
