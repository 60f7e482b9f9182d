package caravana.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What documents and comments name exists: files, headings, decisions, settings and tests. */
class CitationsTest {

    private static final Path PROJECT = ProjectFiles.PROJECT;

    /** Files that programs make, and that readers would. */
    private static final Set<String> MADE = Set.of("report.md", "backend.tf", "RetryLaterTest.java");

    private static final Pattern LINK = Pattern.compile("]\\(([^)#\\s]*)(#[^)\\s]*)?\\)");
    private static final Pattern ELSEWHERE = Pattern.compile("(https?:|mailto:|/).*");
    private static final Pattern HEADING = Pattern.compile("(?m)^#+ (.*)$");
    private static final Pattern DECISION = Pattern.compile("\\bADRs? (\\d+)");
    private static final Pattern FILE = Pattern.compile(
            "(?<![\\w{}$*<>~:/.-])(\\w[\\w./-]*\\.(?:camel\\.yaml|sql|java|md|tf|sh|service))\\b(?!\\.)");
    private static final Pattern SETTING =
            Pattern.compile("\\b(?:CARAVANA|SQS|S3|JWT|DATABASE|REDIS)_[A-Z0-9_]*[A-Z0-9]\\b");
    private static final Pattern TEST = Pattern.compile("`([A-Z]\\w+Test)`|\\{@code ([A-Z]\\w+Test)}");
    private static final Pattern COMMENT = Pattern.compile("(?s)/\\*\\*.*?\\*/|//[^\\n]*");
    private static final Pattern CHANGE = Pattern.compile("(?s)```diff.*?```");

    /** Text by its path from the project's folder. */
    private final Map<String, String> texts = new TreeMap<>();

    private final List<String> missing = new ArrayList<>();

    @Test
    void whatIsNamedExists() throws IOException {
        texts.putAll(ProjectFiles.read());
        String code = texts.entrySet().stream()
                .filter(file -> !isDocument(file.getKey()))
                .map(Map.Entry::getValue)
                .collect(Collectors.joining("\n"));
        int named = 0;
        for (Map.Entry<String, String> file : texts.entrySet()) {
            String prose = prose(file.getKey(), file.getValue());
            if (isDocument(file.getKey())) {
                named += lookForLinks(file.getKey(), prose);
                named += look(file.getKey(), SETTING, prose, code::contains);
            }
            named += look(file.getKey(), DECISION, prose, this::isDecision);
            named += look(file.getKey(), FILE, prose, this::isFile);
            named += look(file.getKey(), TEST, prose, name -> isFile(name + ".java"));
        }
        System.out.println(named + " names of files, headings, decisions, settings and tests");
        assertThat(missing).isEmpty();
        assertThat(named).isGreaterThan(500);
    }

    private static boolean isDocument(String path) {
        return path.endsWith(".md");
    }

    /** What people wrote for people: a document without the changes that it shows, or a program's comments. */
    private static String prose(String path, String text) {
        if (isDocument(path)) {
            return CHANGE.matcher(text).replaceAll("");
        }
        return path.endsWith(".java")
                ? COMMENT.matcher(text).results().map(MatchResult::group).collect(Collectors.joining("\n"))
                : "";
    }

    private int look(String path, Pattern names, String prose, Predicate<String> exists) {
        List<String> found =
                names.matcher(prose).results().map(CitationsTest::name).toList();
        found.stream().filter(name -> !exists.test(name)).forEach(name -> missing.add(path + ": " + name));
        return found.size();
    }

    private static String name(MatchResult found) {
        return Stream.of(1, 2)
                .filter(group -> group <= found.groupCount() && found.group(group) != null)
                .map(found::group)
                .findFirst()
                .orElseGet(found::group);
    }

    private int lookForLinks(String path, String prose) {
        List<MatchResult> links = LINK.matcher(prose).results().toList();
        for (MatchResult link : links) {
            if (ELSEWHERE.matcher(link.group(1)).matches()) {
                continue;
            }
            Path target = link.group(1).isEmpty()
                    ? Path.of(path)
                    : Path.of("/").resolve(path).resolveSibling(link.group(1)).normalize();
            String there = target.isAbsolute() ? target.toString().substring(1) : target.toString();
            String heading = link.group(2);
            boolean exists = Files.exists(PROJECT.resolve(there))
                    && (heading == null || headings(there).contains(heading.substring(1)));
            if (!exists) {
                missing.add(path + ": " + link.group(1) + (heading == null ? "" : heading));
            }
        }
        return links.size();
    }

    /** Of a document, as links name them. */
    private Set<String> headings(String document) {
        return HEADING.matcher(texts.getOrDefault(document, ""))
                .results()
                .map(heading -> heading.group(1)
                        .replaceAll("\\[([^]]*)]\\([^)]*\\)", "$1")
                        .toLowerCase(Locale.ROOT)
                        .replaceAll("[^\\p{L}\\p{N}_\\- ]", "")
                        .strip()
                        .replace(' ', '-'))
                .collect(Collectors.toSet());
    }

    private boolean isDecision(String number) {
        return texts.keySet().stream()
                .anyMatch(path -> path.startsWith("docs/adr/%04d-".formatted(Integer.parseInt(number))));
    }

    private boolean isFile(String name) {
        return MADE.contains(name)
                || texts.keySet().stream().anyMatch(path -> path.equals(name) || path.endsWith("/" + name))
                || texts.keySet().stream().anyMatch(path -> path.endsWith("/" + name.replaceFirst(".*/", "")));
    }
}
