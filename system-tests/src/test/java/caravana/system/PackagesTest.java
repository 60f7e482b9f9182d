package caravana.system;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import caravana.test.PackageCycles;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** No package needs one that needs it, and docs/architecture.md draws which needs which. */
class PackagesTest {

    private static final Path PROJECT = Path.of("..").toAbsolutePath().normalize();

    /** In the order in which the picture has them. */
    private static final List<String> DRAWN = List.of("routes-web", "routes-worker", "core");

    @ParameterizedTest
    @ValueSource(strings = {"core", "routes-web", "routes-worker", "route-checks", "local-stack", "test-support"})
    void noPackageNeedsOneThatNeedsIt(String module) {
        PackageCycles.check(PROJECT.resolve(module));
    }

    @Test
    void thePictureOfThemIsUpToDate() throws IOException {
        Path drawn = Path.of("target", "packages.mmd");
        Files.writeString(drawn, picture());

        assertThat(Files.readString(PROJECT.resolve("docs/architecture.md"))
                        .contains("```mermaid\n" + picture() + "```\n"))
                .as(
                        "docs/architecture.md draws the packages as they are. Replace its picture by %s",
                        drawn.toAbsolutePath())
                .isTrue();
    }

    private static JavaClasses classesOf(String module) {
        JavaClasses classes = new ClassFileImporter().importPath(PROJECT.resolve(module + "/target/classes"));
        assertThat(classes).as("%s is built", module).isNotEmpty();
        return classes;
    }

    private static String picture() {
        return DRAWN.stream().map(PackagesTest::subgraph).collect(joining("", "flowchart TB\n", ""));
    }

    private static String subgraph(String module) {
        Map<String, Set<String>> needs = needs(classesOf(module));
        StringBuilder text = new StringBuilder("  subgraph " + module + "\n");
        needs.keySet().forEach(name -> text.append("    %s[%s]%n".formatted(id(name), label(name))));
        needs.forEach((from, all) ->
                direct(from, needs).forEach(to -> text.append("    %s --> %s%n".formatted(id(from), id(to)))));
        return text.append("  end\n").toString();
    }

    /** Which packages of these classes each of them needs. */
    private static Map<String, Set<String>> needs(JavaClasses classes) {
        Map<String, Set<String>> needs = new TreeMap<>();
        for (JavaClass type : classes) {
            Set<String> ofThis = needs.computeIfAbsent(type.getPackageName(), name -> new TreeSet<>());
            type.getDirectDependenciesFromSelf().stream()
                    .map(Dependency::getTargetClass)
                    .filter(target ->
                            classes.contain(target.getBaseComponentType().getName()))
                    .map(target -> target.getBaseComponentType().getPackageName())
                    .filter(name -> !name.equals(type.getPackageName()))
                    .forEach(ofThis::add);
        }
        return needs;
    }

    /** Those that the package does not also reach through another one. */
    private static Set<String> direct(String from, Map<String, Set<String>> needs) {
        Set<String> direct = new TreeSet<>(needs.get(from));
        needs.get(from).forEach(other -> direct.removeAll(reached(other, needs, new HashSet<>())));
        return direct;
    }

    private static Set<String> reached(String from, Map<String, Set<String>> needs, Set<String> seen) {
        for (String to : needs.get(from)) {
            if (seen.add(to)) {
                reached(to, needs, seen);
            }
        }
        return seen;
    }

    private static String id(String name) {
        return name.replace('.', '_');
    }

    private static String label(String name) {
        return name.replaceFirst("^caravana\\.((web|worker)\\.)?", "");
    }
}
