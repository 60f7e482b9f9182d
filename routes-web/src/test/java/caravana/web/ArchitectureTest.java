package caravana.web;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import org.apache.camel.RoutesBuilder;

@AnalyzeClasses(packages = "caravana", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    @ArchTest
    static final ArchRule ROUTES_ARE_YAML = noClasses()
            .should()
            .beAssignableTo(RoutesBuilder.class)
            .because("every route stands in src/main/resources/camel, where an integration engineer looks for it");

    /** Spring's data binding and its expressions have vulnerabilities that no open-source release for us closes, see ADR 1. */
    @ArchTest
    static final ArchRule SPRING_READS_NO_INPUT = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "org.springframework.expression..",
                    "org.springframework.validation",
                    "org.springframework.web.bind..",
                    "org.springframework.web.method..")
            .because("what callers send is read by the engine, the contract's validator and the routes alone");
}
