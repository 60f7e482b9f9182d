package caravana.checks;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Checks a folder of routes, layer by layer: strict YAML, Camel's schema of the pinned version, Camel's catalogue of
 * endpoint options and languages with the names that the apps have, and the way of
 * an exchange through the routes. A layer that finds something keeps the next from guessing. The catalogue of
 * transformations is checked beside them.
 */
public final class RouteChecks {

    private RouteChecks() {}

    /**
     * Everything that is wrong, by file and line.
     *
     * @param folder holds {@code *.camel.yaml} and {@code *.sql}, in folders of its own
     * @throws IOException when it cannot be read
     */
    public static List<Finding> check(Path folder) throws IOException {
        return check(RouteFiles.read(folder));
    }

    /**
     * Everything that is wrong with files that were read before, so that what is loaded afterwards is what was checked.
     *
     * @param files as {@link RouteFiles#read} gives them
     */
    public static List<Finding> check(Map<String, String> files) {
        List<Finding> findings = new ArrayList<>();
        RouteTree tree = RouteTree.of(files, findings::add);
        if (findings.isEmpty()) {
            new SchemaRule().check(tree, findings::add);
        }
        if (findings.isEmpty()) {
            List<Rule> rules = List.of(
                    new CatalogRule(),
                    new EipRule(),
                    new ExpressionRule(),
                    new TypeRules(),
                    new HeaderRules(),
                    new TextRules(),
                    new NamingRules(),
                    new ReferenceRules(),
                    new NameRules(System::getenv),
                    new ActRules(),
                    new ContractRules(),
                    new EndpointRules(),
                    new StatementRules(),
                    new SqlWordRule(),
                    new StepRules(),
                    new AnswerRules());
            rules.forEach(rule -> rule.check(tree, findings::add));
        }
        if (findings.isEmpty()) {
            new OrderRules().check(tree, findings::add);
            // A step in the wrong place lacks names for that reason alone.
            Set<String> misplaced = findings.stream().map(RouteChecks::place).collect(Collectors.toSet());
            new FlowRules().check(tree, finding -> {
                if (!misplaced.contains(place(finding))) {
                    findings.add(finding);
                }
            });
            new ResultRules().check(tree, findings::add);
        }
        List<Finding> wrong = new ArrayList<>();
        List<TransformationEntry> entries = TransformationFiles.read(files, wrong::add);
        if (wrong.isEmpty()) {
            PresetFiles.read(files, entries, wrong::add);
        }
        findings.addAll(wrong);
        findings.sort(
                Comparator.comparing(Finding::file).thenComparing(Finding::line).thenComparing(Finding::id));
        return findings;
    }

    private static String place(Finding finding) {
        return finding.file() + ":" + finding.line();
    }
}
