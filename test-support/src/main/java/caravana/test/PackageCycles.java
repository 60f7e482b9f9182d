package caravana.test;

import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.nio.file.Path;

/** Finds packages that depend on each other. */
public final class PackageCycles {

    private PackageCycles() {}

    /**
     * Checks that no package of a module needs one that needs it, whether others lie in it or not.
     *
     * @param module the module's folder, in which its classes are built
     * @return the module's classes
     * @throws AssertionError with the ways around
     */
    public static JavaClasses check(Path module) {
        JavaClasses classes = new ClassFileImporter().importPath(module.resolve("target/classes"));
        if (classes.isEmpty()) {
            throw new AssertionError(module + " is not built");
        }
        slices().assignedFrom(new ByPackage()).should().beFreeOfCycles().check(classes);
        return classes;
    }

    private static final class ByPackage implements SliceAssignment {

        @Override
        public SliceIdentifier getIdentifierOf(JavaClass type) {
            return SliceIdentifier.of(type.getPackageName());
        }

        @Override
        public String getDescription() {
            return "packages";
        }
    }
}
