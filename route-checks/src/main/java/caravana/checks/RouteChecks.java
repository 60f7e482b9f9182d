package caravana.checks;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;

/**
 * Checks a folder of routes in layers: strict YAML, Camel's schema of the pinned version, Camel's catalogue of endpoint
 * options and languages together with the names of the apps, and the way of an exchange through the routes. When a
 * layer finds something, the next one does not run, because it would report consequences. The catalogue of
 * transformations is checked separately.
 *
 * <p>A new check reuses the results of the previous one for unchanged files, so that a check after an edit is quick. An
 * instance is for one thread.
 */
public final class RouteChecks {

    /** Read beside the other rules, since it takes as long as they do. */
    private final CompletableFuture<SchemaRule> schema = CompletableFuture.supplyAsync(SchemaRule::new);

    private final TextRules texts = new TextRules();
    private final ContractRules contracts = new ContractRules();
    private final EndpointRules endpoints = new EndpointRules();
    private final StatementRules statements = new StatementRules();
    private final SqlWordRule words = new SqlWordRule();
    private final StepRules steps = new StepRules();
    private final SqlSchemaRules schemaOfSql = new SqlSchemaRules();

    /** Of each file alone. */
    private final List<FileRule> fileRules = new ArrayList<>(List.of(
            new CatalogRule(),
            new EipRule(),
            new RedeliveryRules(),
            new SetAgainRules(),
            new UnreachedRules(),
            new DateRules(),
            new LostHeaderRules(),
            new ExpressionRule(),
            new TypeRules(),
            texts,
            contracts,
            new NameRules(System::getenv),
            new StepOnlyRules(),
            new SqlListRules(),
            endpoints,
            statements,
            words,
            steps));

    /** Of all files together. */
    private final List<Rule> rules = List.of(
            new HeaderRules(),
            new SqsRules(),
            new JsonRules(),
            texts,
            new NamingRules(),
            new ReferenceRules(),
            contracts,
            endpoints,
            statements,
            words,
            steps,
            new AnswerRules());

    /** Of the ways through the routes, which are looked at when nothing else is wrong. */
    private final List<Rule> ways = List.of(new OrderRules(), new SettlingRules(), new HandlingRules());

    /** That of the check before. */
    private RouteTree tree = RouteTree.of(Map.of());

    private Map<String, String> catalogue = Map.of();
    private List<Finding> wrongInCatalogue = List.of();

    /** Everything that is to be checked. */
    public RouteChecks() {
        this(true);
    }

    private RouteChecks(boolean withLayout) {
        if (withLayout) {
            fileRules.add(new LayoutRules());
        }
    }

    /** What is checked before routes run: not how they lie in their files, which makes no difference then. */
    public static RouteChecks toRun() {
        return new RouteChecks(false);
    }

    /**
     * Everything that is wrong, by file and line.
     *
     * @param folder holds {@code *.camel.yaml} and {@code *.sql}, in folders of its own
     * @throws IOException when it cannot be read
     */
    public List<Finding> check(Path folder) throws IOException {
        return check(RouteFiles.read(folder));
    }

    /**
     * Everything that is wrong with files that were read before, so that what is loaded afterwards is what was checked.
     *
     * @param files as {@link RouteFiles#read} gives them
     */
    public List<Finding> check(Map<String, String> files) {
        List<Finding> findings = new ArrayList<>();
        tree = RouteTree.of(files, tree, findings::add);
        if (findings.isEmpty()) {
            tree.check(schema.join(), findings::add);
        }
        if (findings.isEmpty()) {
            fileRules.forEach(rule -> tree.check(rule, findings::add));
            rules.forEach(rule -> rule.check(tree, findings::add));
            Set<String> wrong = findings.stream().map(Finding::file).collect(Collectors.toSet());
            // It says less clearly what another rule has found.
            tree.check(schemaOfSql, finding -> {
                if (!wrong.contains(finding.file())) {
                    findings.add(finding);
                }
            });
        }
        if (findings.isEmpty()) {
            Set<String> misplaced = new HashSet<>();
            // What one rule says of a place, the next need not say again.
            ways.forEach(rule -> rule.check(tree, finding -> {
                if (misplaced.add(place(finding))) {
                    findings.add(finding);
                }
            }));
            // A step in the wrong place lacks names for that reason alone.
            FlowRules flow = new FlowRules();
            flow.check(tree, finding -> {
                if (!misplaced.contains(place(finding))) {
                    findings.add(finding);
                }
            });
            new ResultRules().check(tree, findings::add);
            if (findings.isEmpty()) {
                // A name that is missing or misspelt is no matter of a contract.
                flow.contracts(findings::add);
            }
        }
        findings.addAll(inCatalogue(files));
        findings.sort(
                Comparator.comparing(Finding::file).thenComparing(Finding::line).thenComparing(Finding::id));
        return findings;
    }

    private List<Finding> inCatalogue(Map<String, String> files) {
        Map<String, String> now = new TreeMap<>(files);
        now.keySet().removeIf(file -> !TransformationFiles.isOne(file));
        if (!now.equals(catalogue)) {
            List<Finding> wrong = new ArrayList<>();
            List<TransformationEntry> entries = TransformationFiles.read(now, wrong::add);
            if (wrong.isEmpty()) {
                PresetFiles.read(now, entries, wrong::add);
            }
            catalogue = now;
            wrongInCatalogue = wrong;
        }
        return wrongInCatalogue;
    }

    private static String place(Finding finding) {
        return finding.file() + ":" + finding.line();
    }
}
