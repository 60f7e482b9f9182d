package caravana.system.routes;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;

import caravana.checks.StepOnly;
import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What routes may call by name and reaches another system is marked, so that {@code check-routes} wants a step for it. */
class StepOnlyTest {

    private static final Path PROJECT = Path.of("..").toAbsolutePath().normalize();

    private static final List<String> OTHER_SYSTEMS = List.of(
            "software.amazon.awssdk.services.",
            "org.springframework.data.redis.",
            "org.apache.hc.client5.",
            "java.sql.",
            "javax.sql.",
            "java.net.");

    @Test
    void whatReachesAnotherSystemIsAStep() {
        JavaClasses classes = new ClassFileImporter()
                .importPaths(
                        PROJECT.resolve("core/target/classes"),
                        PROJECT.resolve("routes-web/target/classes"),
                        PROJECT.resolve("routes-worker/target/classes"));
        methods()
                .that()
                .arePublic()
                .and()
                // Spring calls it at the end.
                .doNotHaveName("destroy")
                .and()
                .areDeclaredInClassesThat()
                .areMetaAnnotatedWith("org.springframework.stereotype.Component")
                .and(new DescribedPredicate<JavaMethod>("reach another system") {
                    @Override
                    public boolean test(JavaMethod method) {
                        return reaches(method, new HashSet<>());
                    }
                })
                .should()
                .beAnnotatedWith(StepOnly.class)
                .check(classes);
    }

    private static boolean reaches(JavaCodeUnit unit, Set<String> seen) {
        return seen.add(unit.getFullName())
                && unit.getMethodCallsFromSelf().stream().anyMatch(call -> {
                    JavaClass owner = call.getTargetOwner();
                    return isOfAnotherSystem(owner)
                            || call.getTarget()
                                    .resolveMember()
                                    .filter(target ->
                                            target.getOwner().getName().startsWith("caravana"))
                                    .filter(target -> reaches(target, seen))
                                    .isPresent();
                });
    }

    private static boolean isOfAnotherSystem(JavaClass owner) {
        boolean client = owner.getSimpleName().endsWith("Client")
                || owner.getSimpleName().endsWith("Template")
                || owner.getSimpleName().endsWith("Operations")
                || owner.getSimpleName().endsWith("DataSource")
                || owner.getSimpleName().endsWith("Statement");
        return client && OTHER_SYSTEMS.stream().anyMatch(owner.getName()::startsWith);
    }
}
