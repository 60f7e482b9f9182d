package caravana.checks;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiPredicate;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;

/**
 * Mistakes of every kind, each planted in every place of the real routes that it can be made in. A run takes a random sample
 * of all, another one at each run or that of {@code faults.seed}; {@code -Dfaults.long=true} takes them all.
 */
class PlantedMistakesTest {

    private static final Path ROUTES = Path.of("../src/main/resources/camel");

    /** How many of each kind, in a run that is not long. */
    private static final int SAMPLE = 15;

    /** Of all, and of each kind. */
    private static final double WANTED = 0.95;

    /** Steps of which either may come first, by their ids. */
    private static final Set<String> INTERCHANGEABLE = Set.of(
            // The first reads the code of the failure, and the second looks up what is known of the code.
            "dead-letter-failed-job look-up-retryable",
            // Each deletes objects of its own, and both do before the original and the row.
            "purge-results check-purge-parts",
            // Each deletes what another system has of the video, and the erasure ends behind all of them.
            "erase-progress erase-late-results",
            "erase-late-results erase-late-original");

    /**
     * The rules that are about a sort of mistake. What another rule finds, as when a mistake breaks the YAML, is by chance and
     * is left out.
     */
    private static final Map<String, Set<String>> EXPECTED = expected();

    private record Mistake(
            MistakeKind kind, String sort, String file, int line, String right, String wrong, String text) {}

    private static final Map<String, List<Mistake>> BY_SORT = new LinkedHashMap<>();
    private static Map<String, String> files;
    private static RouteTree tree;

    @BeforeAll
    static void plant() throws Exception {
        files = RouteFiles.read(ROUTES);
        tree = RouteTree.of(files);
        names();
        componentsAndTypes();
        values();
        beanMethods();
        sql();
        order();
        keys();
    }

    @Test
    void theRealRoutesAreRight() {
        assertThat(new RouteChecks().check(files)).isEmpty();
    }

    @Test
    void theMistakesAreFound() {
        BY_SORT.forEach((sort, mistakes) ->
                assertThat(mistakes).as("places for: " + sort).isNotEmpty());
        assertThat(BY_SORT.keySet()).containsAll(EXPECTED.keySet());
        List<Mistake> all = new ArrayList<>();
        BY_SORT.values().forEach(all::addAll);
        assertThat(all.stream().map(Mistake::kind)).contains(MistakeKind.values());
        List<Mistake> chosen = Run.LONG ? all : sample(all);
        RouteChecks checks = new RouteChecks();
        Map<MistakeKind, int[]> counts = new EnumMap<>(MistakeKind.class);
        List<String> missed = new ArrayList<>();
        List<String> unreadable = new ArrayList<>();
        int planted = 0;
        for (Mistake mistake : chosen) {
            Map<String, String> edited = new TreeMap<>(files);
            edited.put(mistake.file(), mistake.text());
            List<Finding> findings = checks.check(edited);
            if (findings.isEmpty() && readsTheSame(mistake)) {
                continue;
            }
            planted++;
            int[] count = counts.computeIfAbsent(mistake.kind(), first -> new int[2]);
            count[1]++;
            if (findings.stream().anyMatch(finding -> isOf(mistake, finding))) {
                count[0]++;
            } else {
                missed.add(mistake.sort() + ": " + mistake.file() + ":" + mistake.line() + ": "
                        + mistake.right().strip() + " → " + mistake.wrong().strip()
                        + (findings.isEmpty() ? "" : ", where others are found: " + findings));
            }
            findings.stream()
                    .map(Finding::toString)
                    .filter(text -> text.matches(
                            "(?s).*(valid to one and only one|valid against|\\$ref|does not have a value in).*"))
                    .forEach(unreadable::add);
        }
        if (!Run.LONG) {
            Run.leave("planted mistakes", all.size() - chosen.size(), all.size());
        }
        counts.forEach((kind, count) -> System.out.printf(
                "RESULT name=planted-%s value=%d unit=found-of-%d target=%.1f verdict=%s seed=%d%n",
                kind.label(),
                count[0],
                count[1],
                wanted(count[1]),
                count[0] >= wanted(count[1]) ? "pass" : "fail",
                Run.SEED));
        missed.forEach(mistake -> System.out.println("missed: " + mistake));
        int found = planted - missed.size();
        double wanted = wanted(planted);
        System.out.printf(
                "RESULT name=planted-mistakes value=%d unit=found-of-%d target=%.1f verdict=%s seed=%d%n",
                found, planted, wanted, found >= wanted ? "pass" : "fail", Run.SEED);

        assertThat(unreadable).isEmpty();
        assertThat((double) found).as("missed: " + missed).isGreaterThanOrEqualTo(wanted);
        counts.forEach((kind, count) -> assertThat((double) count[0])
                .as(kind + ", missed: " + missed)
                .isGreaterThanOrEqualTo(wanted(count[1])));
    }

    /** So many of each kind, whatever their sort. */
    private static List<Mistake> sample(List<Mistake> all) {
        List<Mistake> shuffled = Run.shuffled(all);
        return Stream.of(MistakeKind.values())
                .flatMap(kind -> shuffled.stream()
                        .filter(mistake -> mistake.kind() == kind)
                        .limit(SAMPLE))
                .toList();
    }

    /**
     * How many of so many are found at least. A sample of a few may have more that are missed than all of them have; it fails
     * when that is not by chance, three standard deviations below.
     */
    private static double wanted(int planted) {
        return planted * WANTED - (Run.LONG ? 0 : 3 * Math.sqrt(planted * WANTED * (1 - WANTED)));
    }

    /** The only step of a list may stand one level up: to YAML that is the same. */
    private static boolean readsTheSame(Mistake mistake) {
        Yaml yaml = new Yaml();
        return mistake.file().endsWith(RouteTree.ROUTES)
                && yaml.load(mistake.text()).equals(yaml.load(files.get(mistake.file())));
    }

    /** In the file with the mistake, naming its place, or naming what was written or meant there; and by a rule that is about it. */
    private static boolean isOf(Mistake mistake, Finding finding) {
        Change change = Change.between(files.get(mistake.file()), mistake.text());
        boolean isNamed = !change.meant().isEmpty() && finding.toString().contains(change.meant());
        String called = mistake.right().replaceFirst("(?s).*uri: (?:direct|statement):(\\S+).*", "$1");
        return (finding.file().equals(mistake.file())
                        || isNamed
                        || finding.toString().contains(mistake.file() + ":")
                        || finding.toString().contains(called))
                && EXPECTED.getOrDefault(mistake.sort(), Set.of(finding.id())).contains(finding.id());
    }

    private static Map<String, Set<String>> expected() {
        Map<String, Set<String>> expected = new LinkedHashMap<>();
        expect(
                expected,
                "name-not-set name-set-later name-never-read sql-parameter-not-set contract-enters contract-leaves",
                "a property read by another name",
                "a variable read by another name",
                "a property read by its language and another name",
                "a property read with its type and another name",
                "a property removed by another name",
                "a result received by another name",
                "a property set by another name");
        expect(
                expected,
                "name-of-other-kind",
                "a property read as a variable",
                "a variable read as a property",
                "a property set as a variable",
                "a variable set as a property");
        expect(expected, "header-unknown", "a header of Camel", "a header that is read");
        expect(expected, "direct-without-route", "a route that is called");
        expect(expected, "error-handling-unknown", "an error handling");
        expect(
                expected,
                "bean-unknown",
                "a bean",
                "a bean of an endpoint",
                "a bean that is missing",
                "the bean of an endpoint");
        expect(expected, "setting-unknown", "a setting");
        expect(expected, "member-unknown statement-result", "a column of a row");
        expect(expected, "expression bean-arguments", "a function of Simple");
        expect(
                expected,
                "component-unknown",
                "the scheme of an endpoint",
                "a component that the app lacks",
                "an unknown component in a list of recipients",
                "an unknown component that enriches",
                "an unknown component that is polled",
                "an unknown component that is tapped",
                "an unknown component called dynamically");
        expect(expected, "direct-without-route", "a route that enriches", "a route that is tapped");
        expect(
                expected,
                "type-unknown",
                "an exception",
                "the type of an exception",
                "the type of a result",
                "a class without its package");
        expect(
                expected,
                "schema data-format-unknown",
                "the library of a data format",
                "a data format that the app lacks");
        expect(expected, "language-unknown", "a language that the app lacks");
        expect(
                expected,
                "endpoint-options",
                "an option of an endpoint",
                "a value that an option lacks",
                "the period of a timer",
                "a method that HTTP lacks",
                "an attribute that SQS lacks",
                "a unit behind a setting",
                "a number of an endpoint");
        expect(
                expected,
                "schema step-option",
                "a number of retries",
                "the delay of a retry",
                "a delay with a unit that is none");
        expect(expected, "duration-without-unit", "a duration without its unit");
        expect(expected, "redelivery-policy", "a retry without end");
        expect(expected, "redelivery-policy", "a longer delay at a factor that is off");
        expect(expected, "json-invalid", "a sign of JSON that is missing");
        expect(expected, "program-unknown", "a program");
        expect(expected, "object-without-key", "the key of an object that is missing");
        expect(expected, "member-unknown", "a misspelt message of an exception");
        expect(expected, "placeholder", "a placeholder with one brace", "a placeholder that is not closed");
        // In braces alone, an unquoted text is a mapping of YAML.
        expect(
                expected,
                "placeholder expression bean-arguments schema endpoint-options",
                "a function without braces",
                "a function without its dollar");
        expect(expected, "constant-with-function", "a function in a constant");
        expect(
                expected,
                "value-impossible",
                "a comparison with a value that it never takes",
                "a comparison with such a value in a list",
                "a comparison with such a value in double quotes",
                "a constant of another type",
                "handled neither true nor false",
                "a value that a column never has");
        expect(expected, "expression", "a comparison with one sign", "a comparison without quotes");
        expect(expected, "endpoint-options schema step-option", "neither true nor false", "a level of the log");
        expect(expected, "answer-not-in-contract", "a status that HTTP lacks", "a status that the contract lacks");
        expect(expected, "bean-method-unknown", "the name of a method");
        expect(
                expected,
                "bean-arguments",
                "an argument outside its set",
                "an argument too many",
                "an argument without quotes",
                "an argument of another type",
                "a bracket that is not closed",
                "arguments left out",
                "empty brackets",
                "an exchange for a text",
                "no argument");
        expect(expected, "sql-word-unknown", "a keyword", "a column");
        expect(
                expected,
                "sql-refused",
                "a column of another table",
                "a value of another type",
                "an argument too many in SQL");
        expect(expected, "sql-other-value sql-parameter-not-set", "an id of something else");
        expect(expected, "sql-other-value", "the value of another column");
        expect(expected, "sql-not-joined", "a join of all with all");
        expect(expected, "bean-unknown", "a thread pool");
        expect(expected, "value-impossible", "a boolean in quotes");
        expect(expected, "sql-unclosed", "a text without its end", "a bracket of a statement that is not closed");
        expect(expected, "sql-null-compared", "a comparison with NULL");
        expect(expected, "sql-default", "a unit of time for another");
        expect(expected, "sql-file-missing", "a statement's file");
        expect(expected, "sql-parameter-form", "a parameter without its question mark");
        expect(expected, "sql-parameter-not-set member-unknown sql-default", "a parameter by another name");
        expect(expected, "statement-result member-unknown sql-word-unknown", "a column of the result by another name");
        expect(expected, "sql-composed", "a value in the text of a statement");
        expect(expected, "sql-default", "the default of a parameter that is not there");
        expect(expected, "statement-result", "a list where a row is read", "a number where a list is split");
        expect(expected, "sql-not-in-file", "another component for SQL");
        expect(
                expected,
                "step-order not-acknowledged name-set-later name-not-set statement-result",
                "two steps of the job swapped",
                "the steps around one that acknowledges, publishes or deletes swapped");
        expect(expected, "direct-never-called step-order not-acknowledged schema", "a step of the job missing");
        // Without it, nothing reads the receipt handle that the note of the route names, or a list of steps is empty.
        expect(expected, "not-acknowledged contract-enters schema", "an acknowledgement missing");
        expect(
                expected,
                "error-handling-unfit",
                "an entry route that nobody answers for",
                "a route that ends what its caller decides",
                "a timer that stops at the first failure");
        expect(
                expected,
                "error-handling-unfit error-handling-unused",
                "a called route that continues after a failure",
                "a request whose failure undoes too little",
                "a request whose failure undoes too much");
        expect(
                expected,
                "step-order name-set-later name-not-set",
                "an acknowledgement in front of what settles the message",
                "an acknowledgement within a step of the job");
        expect(expected, "stop-early", "an end in front of the acknowledgement");
        expect(expected, "step-disabled", "a step that is disabled");
        expect(expected, "asynchronous-in-consumer", "a step of the job by several threads");
        expect(expected, "direct-cycle", "a route that calls itself");
        expect(expected, "handled-missing", "a failure that nobody says the end of");
        expect(
                expected,
                "sql-never-run statement-result name-not-set name-set-later contract-enters contract-leaves schema",
                "a statement of what is read later missing");
        expect(expected, "schema endpoint-options", "a key", "a step", "a key in another case");
        expect(expected, "schema", "a name that is missing", "an expression that is missing");
        expect(expected, "id-missing", "a step that lacks its id");
        expect(expected, "yaml-comment", "a comment");
        expect(expected, "yaml-duplicate-key", "a key twice");
        expect(expected, "id-duplicate", "an id that another step has");
        expect(expected, "yaml-syntax", "a quotation mark that is missing");
        return expected;
    }

    private static void expect(Map<String, Set<String>> expected, String rules, String... sorts) {
        for (String sort : sorts) {
            expected.put(sort, Set.of(rules.split(" ")));
        }
    }

    // ------------------------------------------------------------------ planting

    /** A word as a hasty person writes it: two letters in the wrong order, or the last one missing. */
    private static String misspelt(String word) {
        for (int i = word.length() / 2; i < word.length() - 1; i++) {
            if (Character.isLetter(word.charAt(i))
                    && Character.isLetter(word.charAt(i + 1))
                    && word.charAt(i) != word.charAt(i + 1)) {
                return word.substring(0, i) + word.charAt(i + 1) + word.charAt(i) + word.substring(i + 2);
            }
        }
        return word.substring(0, word.length() - 1);
    }

    /** With the word behind another one misspelt. */
    private static String misspelt(String text, String behind) {
        int start = text.indexOf(behind) + behind.length();
        return text.substring(0, start) + misspelt(text.substring(start));
    }

    private static void add(MistakeKind kind, String sort, String file, int from, int to, String wrong) {
        String text = files.get(file);
        String edited = text.substring(0, from) + wrong + text.substring(to);
        int line = (int) text.substring(0, from).chars().filter(c -> c == '\n').count() + 1;
        if (!edited.equals(text)) {
            BY_SORT.computeIfAbsent(sort, first -> new ArrayList<>())
                    .add(new Mistake(kind, sort, file, line, text.substring(from, to), wrong, edited));
        }
    }

    private interface Wrong {
        /** What is written instead of a match; null when this is no place for the mistake. */
        String of(Matcher match);
    }

    /** Plants a mistake at each match of a pattern, or of its first group when it has one; never in comments. */
    private static void each(MistakeKind kind, String sort, String ending, String pattern, Wrong wrong) {
        Pattern place = Pattern.compile(pattern, Pattern.MULTILINE);
        files.forEach((file, text) -> {
            if (file.endsWith(ending)) {
                Matcher match = place.matcher(text);
                while (match.find()) {
                    int lineStart = text.lastIndexOf('\n', match.start() - 1) + 1;
                    String comment = ending.equals(".sql") ? "--" : "#";
                    String begun = text.substring(lineStart, match.start()).strip();
                    String instead = begun.startsWith(comment) || begun.matches("(description|note):.*")
                            ? null
                            : wrong.of(match);
                    int group = match.groupCount() > 0 && match.group(1) != null ? 1 : 0;
                    if (instead != null) {
                        add(kind, sort, file, match.start(group), match.end(group), instead);
                    }
                }
            }
        });
    }

    private static void misspelt(MistakeKind kind, String sort, String pattern) {
        each(kind, sort, RouteTree.ROUTES, pattern, match -> misspelt(match.group(1)));
    }

    private static String name(Matcher match) {
        return match.group().replaceFirst("(?s).*name: ", "");
    }

    /** Whether an expression reads it. */
    private static boolean isRead(String function, String name) {
        return files.values().stream().anyMatch(text -> text.contains("${" + function + "." + name + "}"));
    }

    /** Calls of routes as steps that name an endpoint by an expression. */
    private static void enriching(MistakeKind kind, String sort, String step, UnaryOperator<String> wrong) {
        each(kind, sort, RouteTree.ROUTES, "- (to:\\s+id: \\S+\\s+uri: direct:[\\w-]+)$", match -> {
            String indent = match.group().replaceFirst("(?s).*\\n( *)uri:.*", "$1");
            Matcher uri = Pattern.compile("uri: (\\S+)").matcher(match.group(1));
            return uri.find()
                    ? match.group(1)
                            .replace("to:", step + ":")
                            .replace(
                                    uri.group(),
                                    "expression:\n" + indent + "  constant:\n" + indent + "    expression: "
                                            + wrong.apply(uri.group(1)))
                    : null;
        });
    }

    private static void names() {
        MistakeKind kind = MistakeKind.NAMES;
        misspelt(kind, "a property read by another name", "\\$\\{exchangeProperty\\.(\\w+)");
        misspelt(kind, "a variable read by another name", "\\$\\{variable\\.(\\w+)");
        each(
                kind,
                "a property read by its language and another name",
                RouteTree.ROUTES,
                "(simple:\\s+expression: \\$\\{exchangeProperty\\.\\w+})$",
                match -> match.group(1)
                        .replace("simple:", "exchangeProperty:")
                        .replaceFirst("\\$\\{.*", misspelt(match.group(1).replaceFirst("(?s).*\\.(\\w+)}", "$1"))));
        each(
                kind,
                "a property read with its type and another name",
                RouteTree.ROUTES,
                "\\$\\{exchangeProperty\\.\\w+}",
                match -> "${variableAs(" + misspelt(match.group().replaceFirst("(?s).*\\.(\\w+)}", "$1"))
                        + ", String)}");
        each(
                kind,
                "a property read as a variable",
                RouteTree.ROUTES,
                "\\$\\{(exchangeProperty)\\.(?!Camel)",
                match -> "variable");
        each(
                kind,
                "a variable read as a property",
                RouteTree.ROUTES,
                "\\$\\{(variable)\\.",
                match -> "exchangeProperty");
        // What SQL alone reads may be either.
        each(
                kind,
                "a property set as a variable",
                RouteTree.ROUTES,
                "- (setProperty):\\s+id: \\S+\\s+name: \\w+$",
                match -> isRead("exchangeProperty", name(match)) ? "setVariable" : null);
        each(
                kind,
                "a variable set as a property",
                RouteTree.ROUTES,
                "- (setVariable):\\s+id: \\S+\\s+name: \\w+$",
                match -> isRead("variable", name(match)) ? "setProperty" : null);
        misspelt(kind, "a property removed by another name", "- removeProperty:\\s+id: \\S+\\s+name: (\\w+)$");
        misspelt(kind, "a result received by another name", "variableReceive: (\\w{3,})$");
        each(
                kind,
                "a property set by another name",
                RouteTree.ROUTES,
                "- set(?:Property|Variable):\\s+id: \\S+\\s+name: (\\w{3,})$",
                match -> misspelt(match.group(1)));
        misspelt(kind, "a header of Camel", "name: (CamelAws\\w+|CamelHttp\\w+)$");
        misspelt(kind, "a header that is read", "\\$\\{header\\.(\\w+)}");
        misspelt(kind, "a route that is called", "- to:\\s+id: \\S+\\s+uri: direct:([\\w-]+)$");
        each(
                kind,
                "a route that is tapped",
                RouteTree.ROUTES,
                "- (to:\\s+id: \\S+\\s+uri: direct:[\\w-]+)$",
                match -> misspelt(match.group(1).replace("to:", "wireTap:"), "direct:"));
        enriching(kind, "a route that enriches", "enrich", uri -> misspelt(uri, "direct:"));
        misspelt(kind, "an error handling", "routeConfigurationId: ([\\w-]+)$");
        misspelt(kind, "a bean", "ref: (\\w+)$");
        misspelt(kind, "a bean of an endpoint", "\"#(\\w+)\"$");
        misspelt(kind, "a setting", "\\{\\{([a-z][\\w.-]+)}}");
        misspelt(kind, "a column of a row", "\\$\\{\\w+(?:\\.\\w+)?\\[(\\w+)]");
        misspelt(kind, "a function of Simple", "\\$\\{(exchangeProperty|header|variable|exception|body)\\b");
    }

    private static void componentsAndTypes() {
        MistakeKind kind = MistakeKind.COMPONENTS_AND_TYPES;
        misspelt(kind, "the scheme of an endpoint", "uri: ([a-z0-9-]+):");
        misspelt(kind, "an exception", "^\\s+- ([a-z]+\\.[\\w.]+(?:Exception|Throwable))$");
        misspelt(kind, "the type of an exception", "exceptionType: ([\\w.]+)$");
        misspelt(kind, "the type of a result", "resultType: ([\\w.]+)$");
        each(
                kind,
                "a class without its package",
                RouteTree.ROUTES,
                "^\\s+- ([a-z]+\\.[\\w.]+Exception)$",
                match -> match.group(1).replaceFirst(".*\\.", ""));
        misspelt(kind, "the library of a data format", "library: (\\w+)$");
        each(kind, "a data format that the app lacks", RouteTree.ROUTES, "(json):\\s+library: \\w+$", match -> "csv");
        each(kind, "a language that the app lacks", RouteTree.ROUTES, "expression:\\s+(simple):$", match -> "groovy");
        each(
                kind,
                "a component that the app lacks",
                RouteTree.ROUTES,
                "- to:\\s+id: \\S+\\s+uri: (direct):[\\w-]+$",
                match -> "kafka");
        each(
                kind,
                "an unknown component called dynamically",
                RouteTree.ROUTES,
                "- (to:\\s+id: \\S+\\s+uri: direct):[\\w-]+$",
                match -> match.group(1).replace("to:", "toD:").replace("direct", "dirct"));
        each(
                kind,
                "an unknown component that is tapped",
                RouteTree.ROUTES,
                "- (to:\\s+id: \\S+\\s+uri: direct):[\\w-]+$",
                match -> match.group(1).replace("to:", "wireTap:").replace("direct", "dirct"));
        enriching(kind, "an unknown component that enriches", "enrich", uri -> uri.replace("direct:", "dirct:"));
        enriching(kind, "an unknown component that is polled", "pollEnrich", uri -> uri.replace("direct:", "fiel:"));
        each(
                kind,
                "an unknown component in a list of recipients",
                RouteTree.ROUTES,
                "- (to:\\s+id: \\S+\\s+uri: direct:[\\w-]+)$",
                match -> {
                    String indent = match.group().replaceFirst("(?s).*\\n( *)uri:.*", "$1");
                    return match.group(1)
                            .replace("to:", "recipientList:")
                            .replaceFirst(
                                    "uri: (direct:[\\w-]+)",
                                    "expression:\n" + indent + "  constant:\n" + indent
                                            + "    expression: $1,kafka:audit");
                });
        each(
                kind,
                "a policy that is not a bean",
                RouteTree.ROUTES,
                "^( +routeConfigurationId: \\S+)$",
                match -> match.group(1) + "\n    routePolicy: noSuchPolicy");
        misspelt(
                kind,
                "an option of an endpoint",
                "^\\s+(queueUrl|operation|binding|commandExecutor|period|result|httpMethodRestrict|useStreaming): ");
        misspelt(kind, "a value that an option lacks", "(?:operation|result): (\\w{3,})$");
    }

    private static void values() {
        MistakeKind kind = MistakeKind.VALUES;
        each(
                kind,
                "a duration without its unit",
                RouteTree.ROUTES,
                "(?:period|timeout|edeliveryDelay): \"?\\d{1,2}(\\d{2}\"$|m?s$)",
                match -> match.group(1).endsWith("\"") ? "\"" : "");
        each(kind, "a retry without end", RouteTree.ROUTES, "maximumRedeliveries: (\\d+)$", match -> "-1");
        each(
                kind,
                "a longer delay at a factor that is off",
                RouteTree.ROUTES,
                "( +useExponentialBackOff: true\\n)",
                match -> "");
        each(kind, "a sign of JSON that is missing", RouteTree.ROUTES, "\\{\\\\?\"\\w+\\\\?(\").*}", match -> "");
        each(kind, "a program", RouteTree.ROUTES, "uri: exec:(\\w+)$", match -> misspelt(match.group(1)));
        each(
                kind,
                "the key of an object that is missing",
                RouteTree.ROUTES,
                "operation: (?:get|delete|put)Object\\n( +keyName: .*\\n)",
                match -> "");
        each(
                kind,
                "a misspelt message of an exception",
                RouteTree.ROUTES,
                "\\$\\{exception\\.(message)}",
                match -> misspelt(match.group(1)));
        each(
                kind,
                "a number of retries",
                RouteTree.ROUTES,
                "(?:maximumRedeliveries|backOffMultiplier): (\\d+)$",
                match -> match.group(1) + "x");
        each(kind, "the delay of a retry", RouteTree.ROUTES, "edeliveryDelay: \"(\\d+)\"$", match -> "5oo");
        each(
                kind,
                "a delay with a unit that is none",
                RouteTree.ROUTES,
                "edeliveryDelay: \"(\\d+)\"$",
                match -> "2 sec");
        each(
                kind,
                "the period of a timer",
                RouteTree.ROUTES,
                "period: (\\d+\\w*)$",
                match -> match.group(1) + " seconds");
        each(
                kind,
                "a number of an endpoint",
                RouteTree.ROUTES,
                "(?:maxMessagesPerPoll|backoffErrorThreshold|backoffMultiplier): (\\d+)$",
                match -> "one");
        each(
                kind,
                "a placeholder with one brace",
                RouteTree.ROUTES,
                "\\{\\{[\\w.-]+}}",
                match -> match.group().substring(1, match.group().length() - 1));
        each(
                kind,
                "a placeholder that is not closed",
                RouteTree.ROUTES,
                "\\{\\{[\\w.-]+}}",
                match -> match.group().substring(0, match.group().length() - 1));
        each(
                kind,
                "a function without braces",
                RouteTree.ROUTES,
                "\\$\\{(?:exchangeProperty|variable|header)\\.\\w+}",
                match -> match.group().replaceAll("[{}]", ""));
        each(
                kind,
                "a function without its dollar",
                RouteTree.ROUTES,
                "\\$\\{(?:exchangeProperty|variable|header)\\.\\w+}",
                match -> match.group().substring(1));
        each(
                kind,
                "a function in a constant",
                RouteTree.ROUTES,
                "(simple):\\s+expression: \"?[^\\n]*\\$\\{",
                match -> "constant");
        misspelt(
                kind,
                "a comparison with a value that it never takes",
                "\\$\\{exchangeProperty\\.(?:outcome|error_code|previous_error|dead_letter\\.state)} [=!]= '(\\w+)'");
        String compared = "(?:outcome|error_code|previous_error|dead_letter\\.state)} ([=!]= '\\w+')";
        each(
                kind,
                "a comparison with such a value in a list",
                RouteTree.ROUTES,
                compared,
                match -> match.group(1)
                        .replaceFirst(
                                ".*'(\\w+)'",
                                "in '$1," + misspelt(match.group(1).replaceFirst(".*'(\\w+)'", "$1")) + "'"));
        each(
                kind,
                "a comparison with such a value in double quotes",
                RouteTree.ROUTES,
                compared,
                match -> "== \"" + misspelt(match.group(1).replaceFirst(".*'(\\w+)'", "$1")) + "\"");
        each(
                kind,
                "a constant of another type",
                RouteTree.ROUTES,
                "expression: (\"\\w+\")\\s+resultType: java\\.lang\\.(?:Integer|Long|Boolean)$",
                match -> "one");
        each(
                kind,
                "a method that HTTP lacks",
                RouteTree.ROUTES,
                "httpMethodRestrict: (\\w+)$",
                match -> misspelt(match.group(1)));
        each(
                kind,
                "an attribute that SQS lacks",
                RouteTree.ROUTES,
                "attributeNames: (\\w+)",
                match -> misspelt(match.group(1)));
        each(
                kind,
                "a unit behind a setting",
                RouteTree.ROUTES,
                "(?:period|visibilityTimeout|waitTimeSeconds|concurrentConsumers): \"\\{\\{[\\w.-]+(}})\"$",
                match -> "}} seconds");
        each(kind, "a comparison with one sign", RouteTree.ROUTES, "\\$\\{[^{}]*} (==) ", match -> "=");
        each(
                kind,
                "a comparison without quotes",
                RouteTree.ROUTES,
                "\\$\\{[^{}]*} == ('\\w+')",
                match -> match.group(1).replace("'", ""));
        misspelt(
                kind,
                "neither true nor false",
                "(?:greedy|deleteAfterRead|logRetryAttempted|useStreaming): (true|false)$");
        each(
                kind,
                "handled neither true nor false",
                RouteTree.ROUTES,
                "(?:handled|continued):\\s+constant:\\s+expression: \"(true)\"",
                match -> "yes");
        misspelt(kind, "a level of the log", "(?:loggingLevel|LogLevel): (\\w+)$");
        each(
                kind,
                "a status that HTTP lacks",
                RouteTree.ROUTES,
                "CamelHttpResponseCode\\s+expression:\\s+constant:\\s+expression: \"(\\d+)\"",
                match -> "2O1");
        each(
                kind,
                "a status that the contract lacks",
                RouteTree.ROUTES,
                "CamelHttpResponseCode\\s+expression:\\s+constant:\\s+expression: \"(\\d+)\"",
                match -> "418");
    }

    private static void beanMethods() {
        MistakeKind kind = MistakeKind.BEAN_METHODS;
        misspelt(kind, "the name of a method", "method: (\\w{3,})(?:\\(|$)");
        misspelt(
                kind,
                "an argument outside its set",
                "method: (?:ended|enter|available|unavailable|isClosedBy|count|settle|is)\\([^'\\n]*'(\\w+)'");
        misspelt(kind, "the bean of an endpoint", "uri: bean:(\\w+)$");
        each(kind, "arguments left out", RouteTree.ROUTES, "method: \\w+(\\([^\\n]+\\))$", match -> "");
        each(kind, "empty brackets", RouteTree.ROUTES, "method: \\w+(\\([^\\n]+\\))$", match -> "()");
        each(
                kind,
                "an exchange for a text",
                RouteTree.ROUTES,
                "method: [^\\n]*[(, ](\\$\\{exchangeProperty\\.\\w+}|'\\w+')\\)$",
                match -> "${exchange}");
        each(kind, "an argument too many", RouteTree.ROUTES, "method: \\w+\\([^\\n]+(\\))$", match -> ", 1, 2, 3)");
        each(
                kind,
                "an argument without quotes",
                RouteTree.ROUTES,
                "method: \\w+\\([^\\n']*('\\w+')",
                match -> match.group(1).replace("'", ""));
        each(
                kind,
                "an argument of another type",
                RouteTree.ROUTES,
                "method: count\\('\\w+', ([^)\\n]+)\\)$",
                match -> "'one'");
        each(kind, "a bracket that is not closed", RouteTree.ROUTES, "method: \\w+\\([^\\n]+(\\))$", match -> "");
        each(
                kind,
                "no argument",
                RouteTree.ROUTES,
                "method: (?:ended|enter|count|unavailable)(\\([^\\n]+\\))$",
                match -> "(1)");
    }

    private static void sql() {
        misspelt(MistakeKind.NAMES, "a thread pool", "executorService: (\\w+)$");
        each(
                MistakeKind.VALUES,
                "a boolean in quotes",
                RouteTree.ROUTES,
                "\\} == (true|false)$",
                match -> "'" + match.group(1) + "'");
        MistakeKind kind = MistakeKind.SQL;
        each(
                kind,
                "a keyword",
                RouteTree.SQL,
                "\\b(SELECT|UPDATE|WHERE|RETURNING|FROM|VALUES)\\b",
                match -> misspelt(match.group(1)));
        each(
                kind,
                "a column",
                RouteTree.SQL,
                "(?<![\\w'?:.])(status|original_key|processed_key|claim_token|lease_until|not_before)\\b(?! AS)",
                match -> misspelt(match.group(1)));
        each(
                kind,
                "a value that a column never has",
                RouteTree.SQL,
                "status = '(\\w+)'",
                match -> misspelt(match.group(1)));
        each(
                kind,
                "a column of another table",
                RouteTree.SQL,
                "(?<![\\w'?:.])(lease_until|not_before|restorable_until|received_bytes)\\b(?! AS)",
                match -> "previous_until");
        each(kind, "a value of another type", RouteTree.SQL, "\\w_at = (now\\(\\))", match -> "true");
        each(
                kind,
                "an argument too many in SQL",
                RouteTree.SQL,
                "\\biso\\((\\w+)\\)",
                match -> match.group(1) + ", true");
        each(
                kind,
                "an id of something else",
                RouteTree.SQL,
                "WHERE id = CAST\\(:\\?(video_id) AS",
                match -> "claim_token");
        each(
                kind,
                "the value of another column",
                RouteTree.SQL,
                "error_detail = :\\?(error_detail)",
                match -> "error_code");
        each(
                kind,
                "a join of all with all",
                RouteTree.SQL,
                "JOIN \\w+ \\w+ ON (\\w+\\.\\w+ = \\w+\\.\\w+)$",
                match -> "1 = 1");
        each(kind, "a text without its end", RouteTree.SQL, "'[\\w ]+(')", match -> "");
        each(kind, "a bracket of a statement that is not closed", RouteTree.SQL, "\\w+(\\))", match -> "");
        each(kind, "a comparison with NULL", RouteTree.SQL, "(?<=[a-z_] )IS NOT NULL", match -> "<> NULL");
        each(
                kind,
                "a unit of time for another",
                RouteTree.SQL,
                "(secs|days) => :\\?\\w+_(?:seconds|days)",
                match -> match.group(1).equals("secs") ? "mins" : "hours");
        misspelt(kind, "a statement's file", "uri: statement:[\\w-]+/([\\w-]+)\\.sql$");
        each(
                kind,
                "a parameter without its question mark",
                RouteTree.SQL,
                ":\\?\\w+(?:\\.\\w+)?",
                match -> match.group().replace("?", ""));
        each(kind, "a parameter by another name", RouteTree.SQL, ":\\?(\\w{4,})", match -> misspelt(match.group(1)));
        each(
                kind,
                "a column of the result by another name",
                RouteTree.SQL,
                " AS (job_message|delay|paused|items|outcome|attempts|video_id)\\b",
                match -> misspelt(match.group(1)));
        each(kind, "a value in the text of a statement", RouteTree.SQL, ":\\?\\w+", match -> "'${header.id}'");
        each(
                kind,
                "the default of a parameter that is not there",
                RouteTree.SQL,
                "\\A",
                match -> "-- :?nobody = null\n");
        each(
                kind,
                "a list where a row is read",
                RouteTree.ROUTES,
                "result: (row)\\s+(?:variableReceive|- (?:choice|filter|setBody|setProperty):)",
                match -> "rows");
        each(
                kind,
                "a number where a list is split",
                RouteTree.ROUTES,
                "(uri: statement:\\S+)\\s+- split:",
                match -> match.group(1) + "?result=count");
        each(kind, "another component for SQL", RouteTree.ROUTES, "uri: (statement:\\S+)$", match -> "jdbc:dataSource");
    }

    private static void order() {
        MistakeKind kind = MistakeKind.ORDER;
        Route flow = tree.routes().stream()
                .filter(route -> route.id().equals("process-video"))
                .findFirst()
                .orElseThrow();
        flow.from().element().all().stream()
                .flatMap(element -> element.get("steps").stream())
                .forEach(steps ->
                        swaps(kind, "two steps of the job swapped", flow.file(), steps.items(), (one, other) -> true));
        files.keySet().stream()
                .filter(file -> file.endsWith(RouteTree.ROUTES) && !file.equals(flow.file()))
                // Each of the sweeps is for itself.
                .filter(file -> !file.equals("reconcile/reconcile-jobs.camel.yaml"))
                .forEach(file -> tree.files().get(file).all().stream()
                        .flatMap(element -> element.get("steps").stream())
                        .filter(steps -> steps.items().stream().anyMatch(PlantedMistakesTest::isFinal))
                        .forEach(steps -> swaps(
                                kind,
                                "the steps around one that acknowledges, publishes or deletes swapped",
                                file,
                                steps.items(),
                                PlantedMistakesTest::orderMatters)));
        flow.from().element().all().stream()
                .flatMap(element -> element.get("steps").stream())
                .flatMap(steps -> steps.items().stream())
                .filter(item -> item.get("to").isPresent())
                .forEach(item -> remove(kind, "a step of the job missing", flow.file(), item));
        each(
                kind,
                "an acknowledgement missing",
                RouteTree.ROUTES,
                "\\n( *- to:\\n *id: \\S+\\n *uri: direct:acknowledge-job)$",
                match -> "");
        each(
                kind,
                "an entry route that nobody answers for",
                RouteTree.ROUTES,
                "routeConfigurationId: (web-failures|upload-failures|log-in-failures|job-failures)$",
                match -> "caller-decides");
        tree.routes().stream()
                .filter(route -> route.element().text("routeConfigurationId").equals("caller-decides")
                        && AppFolders.loading(route.file()).equals(List.of(AppFolders.WORKER)))
                .forEach(route -> scalar(
                        kind,
                        "a route that ends what its caller decides",
                        route.file(),
                        route.element().get("routeConfigurationId").orElseThrow(),
                        "job-failures"));
        tree.routes().stream()
                .filter(route -> route.from().uses("timer"))
                .forEach(route -> scalar(
                        kind,
                        "a timer that stops at the first failure",
                        route.file(),
                        route.element().get("routeConfigurationId").orElseThrow(),
                        "caller-decides"));
        each(
                kind,
                "a called route that continues after a failure",
                RouteTree.ROUTES,
                "routeConfigurationId: (caller-decides)$",
                match -> "log-and-go-on");
        each(
                kind,
                "a request whose failure undoes too little",
                RouteTree.ROUTES,
                "routeConfigurationId: (upload-failures|creation-failures|piece-failures|log-in-failures)$",
                match -> "web-failures");
        each(
                kind,
                "a request whose failure undoes too much",
                RouteTree.ROUTES,
                "routeConfigurationId: (web-failures)$",
                match -> "log-in-failures");
        String acknowledging = "- to:\n$1    id: acknowledge-early\n$1    uri: direct:acknowledge-job\n$1";
        each(
                kind,
                "an acknowledgement in front of what settles the message",
                RouteTree.ROUTES,
                "^ *(- to:)\\n *id: \\S+\\n(?: *note: [^\\n]*\\n)? *uri: direct:(?:fetch-original|commit-result|settle-unclaimed"
                        + "|requeue-\\S+|retry-later|reject-job|fail-permanently|postpone-job|end-\\w+-attempt)$",
                match -> acknowledging.replace("$1", match.group().replaceFirst("(?s)-.*", "")) + match.group(1));
        tree.routes().stream()
                .filter(route -> route.id()
                        .matches("fetch-original|probe-original|transcode-video|check-result"
                                + "|store-outputs|commit-result|describe-failure|probe-tools"))
                .forEach(route -> first(
                        "an acknowledgement within a step of the job",
                        route,
                        "      steps:\n",
                        "      steps:\n        "
                                + acknowledging.replace("$1", "        ").stripTrailing() + "\n"));
        each(
                kind,
                "an end in front of the acknowledgement",
                RouteTree.ROUTES,
                "^ *(- to:)\\n *id: \\S+\\n(?: *note: [^\\n]*\\n)? *uri: direct:acknowledge-job$",
                match -> "- stop:\n$1    id: end-early\n$1- to:"
                        .replace("$1", match.group().replaceFirst("(?s)-.*", "")));
        each(
                kind,
                "a step that is disabled",
                RouteTree.ROUTES,
                "^ *- (?:to|bean|choice|filter|split|setProperty):\\n( *id: \\S+\\n)",
                match -> match.group(1) + match.group(1).replaceFirst("id:.*", "disabled: true"));
        files.keySet().stream()
                .filter(file -> file.startsWith("job/fetch-assets"))
                .forEach(file -> each(
                        kind,
                        "a step of the job by several threads",
                        file,
                        "^ *- split:\\n *(id: \\S+)$",
                        match -> match.group(1) + "\n" + match.group().replaceFirst("(?s)-.*", "")
                                + "    parallelProcessing: true"));
        tree.routes().stream()
                .filter(route -> route.from().uses("direct"))
                .forEach(route -> first(
                        "a route that calls itself",
                        route,
                        "      steps:\n",
                        "      steps:\n        - to:\n            id: round\n            uri: "
                                + route.from().uri() + "\n"));
        each(
                kind,
                "a failure that nobody says the end of",
                RouteTree.ROUTES,
                "( +handled:\\n +constant:\\n +expression: \"true\"\\n)",
                match -> "");
        tree.routes().stream()
                .flatMap(route -> route.element().all().stream()
                        .flatMap(element -> element.get("steps").stream())
                        .flatMap(steps -> steps.items().stream())
                        .filter(PlantedMistakesTest::isRow)
                        .map(item -> Map.entry(route.file(), item)))
                .forEach(
                        row -> remove(kind, "a statement of what is read later missing", row.getKey(), row.getValue()));
    }

    private static boolean isRow(Element item) {
        return item.get("to")
                .filter(to -> to.text("uri").startsWith("statement:"))
                .flatMap(to -> to.get("parameters"))
                .filter(parameters -> parameters.text("result").equals("row"))
                .isPresent();
    }

    /** What is logged or counted may stand on either side of a step that acknowledges, publishes or deletes. */
    private static boolean orderMatters(Element one, Element other) {
        return !INTERCHANGEABLE.contains(id(one) + " " + id(other))
                && (isFinal(one) && !isNoted(other) || isFinal(other) && !isNoted(one));
    }

    private static String id(Element item) {
        return item.fields().values().stream().findFirst().orElseThrow().text("id");
    }

    private static boolean isNoted(Element item) {
        return item.get("log").isPresent()
                || item.get("bean")
                        .filter(bean -> bean.text("ref").endsWith("Metrics"))
                        .isPresent();
    }

    /** Whether a step acknowledges, publishes or deletes. */
    private static boolean isFinal(Element item) {
        return item.fields().entrySet().stream().anyMatch(step -> {
            String uri = new Route.Step(step.getKey(), step.getValue()).uri();
            return uri.matches("direct:(acknowledge|publish|send|delete|dead-letter|fail|replace)-.*")
                    || uri.matches("statement:.*(delete|fail|reject)-.*")
                    || step.getValue()
                            .get("parameters")
                            .filter(parameters -> parameters.text("operation").startsWith("delete"))
                            .isPresent();
        });
    }

    private static void first(String sort, Route route, String right, String wrong) {
        String text = files.get(route.file());
        int start = route.element().node().getStartMark().getIndex();
        int place = text.indexOf(right, Math.max(0, start));
        if (place >= 0) {
            add(MistakeKind.ORDER, sort, route.file(), place, place + right.length(), wrong);
        }
    }

    private static void swaps(
            MistakeKind kind, String sort, String file, List<Element> items, BiPredicate<Element, Element> matters) {
        for (int i = 0; i + 1 < items.size(); i++) {
            if (!matters.test(items.get(i), items.get(i + 1))) {
                continue;
            }
            int first = items.get(i).node().getStartMark().getIndex();
            int second = items.get(i + 1).node().getStartMark().getIndex();
            int end = items.get(i + 1).node().getEndMark().getIndex();
            String text = files.get(file);
            // From step to step, the hyphen between them stays where it is.
            int hyphen = text.lastIndexOf('-', second - 1);
            String one = text.substring(first, hyphen).stripTrailing();
            String between = text.substring(first + one.length(), second);
            String two = text.substring(second, end).stripTrailing();
            String behind = text.substring(second + two.length(), end);
            add(kind, sort, file, first, end, two + between + one + behind);
        }
    }

    private static void remove(MistakeKind kind, String sort, String file, Element item) {
        String text = files.get(file);
        int start = text.lastIndexOf('\n', item.node().getStartMark().getIndex()) + 1;
        int end = text.lastIndexOf('\n', item.node().getEndMark().getIndex() - 1) + 1;
        end = Math.max(end, text.indexOf('\n', item.node().getStartMark().getIndex()));
        if (text.substring(start, end).strip().startsWith("-")) {
            add(kind, sort, file, start, end, "");
        }
    }

    private static void scalar(MistakeKind kind, String sort, String file, Element place, String wrong) {
        add(
                kind,
                sort,
                file,
                place.node().getStartMark().getIndex(),
                place.node().getEndMark().getIndex(),
                wrong);
    }

    private static void keys() {
        MistakeKind kind = MistakeKind.KEYS;
        each(kind, "a key", RouteTree.ROUTES, "^ +(?:- )?([a-z]\\w{2,}):(?: |$)", match -> misspelt(match.group(1)));
        each(kind, "a step", RouteTree.ROUTES, "^ +- (\\w{3,}):$", match -> misspelt(match.group(1)));
        each(
                kind,
                "a key in another case",
                RouteTree.ROUTES,
                "^ +(?:- )?([a-z]+[A-Z]\\w+):(?: |$)",
                match -> match.group(1).toLowerCase(java.util.Locale.ROOT));
        each(kind, "what belongs to a step beside it", RouteTree.ROUTES, "^ +- \\w+:\\n(    )(?= *id:)", match -> "");
        each(kind, "a step one level up", RouteTree.ROUTES, "^(  ) +- \\w+:\\n", match -> "");
        each(kind, "a step that lacks its id", RouteTree.ROUTES, "^ +- \\w+:\\n( +id: \\S+\\n)", match -> "");
        each(
                kind,
                "a name that is missing",
                RouteTree.ROUTES,
                "- set(?:Property|Header|Variable):\\n +id: \\S+\\n( +name: \\S+\\n)",
                match -> "");
        each(
                kind,
                "a bean that is missing",
                RouteTree.ROUTES,
                "(?:bean|method):\\n(?: +id: \\S+\\n)?( +ref: \\w+\\n)",
                match -> "");
        each(kind, "a comment", RouteTree.ROUTES, "^( +id: \\S+)$", match -> match.group(1) + " # see above");
        each(kind, "a key twice", RouteTree.ROUTES, "^( +id: \\S+\\n)", match -> match.group(1) + match.group(1));
        each(
                kind,
                "an expression that is missing",
                RouteTree.ROUTES,
                "^( +expression:\\n +(?:simple|constant):\\n +expression: [^\\n>]+\\n)(?! +resultType)",
                match -> "");
        each(kind, "a hyphen that is missing", RouteTree.ROUTES, "^ +(- )to:$", match -> "  ");
        each(kind, "an id that another step has", RouteTree.ROUTES, "- to:\\s+id: (\\S+)$", match -> "process-video");
        each(kind, "a quotation mark that is missing", RouteTree.ROUTES, "\"\\{\\{[\\w.-]+}}(\")$", match -> "");
    }
}
