package caravana.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Texts that people read have none of the words that docs/writing.md lists, each with what to write instead and why. */
class WordsTest {

    private static final Path LIST = Path.of("docs/writing.md");
    /** Databases have recorded the checksums of migrations, and other projects wrote what is in vendor. */
    private static final Pattern UNCHANGEABLE = Pattern.compile(".*/(db/migration|vendor)/.*");

    /** Files with prose; the commands in `ops/bin` and `infra/boot` have no ending. */
    private static final Pattern PROSE = Pattern.compile(
            ".*\\.(md|ya?ml|java|js|mjs|sql|tf|hcl|sh|service|html|css|json)|caravana|ops/bin/[\\w/-]+|infra/(boot|packer)/[\\w/-]+");

    private static final Pattern ROW = Pattern.compile("(?m)^\\| `(.+)` \\| (.+) \\| (.+) \\|$");

    /** Also between two lines of a paragraph or of a comment. */
    private static final String SPACE = "(?: |\\s*\\n\\s*(?:\\*|//|#|--)?\\s*)";

    private record Word(Pattern pattern, String instead, String why) {}

    @Test
    void noTextHasAWordOfTheList() throws IOException {
        Map<String, String> texts = texts();
        List<Word> words = words(texts.remove(LIST.toString()));
        assertThat(words).hasSizeGreaterThan(20);
        assertThat(texts).hasSizeGreaterThan(500);

        List<String> found = new ArrayList<>();
        Map<String, Integer> counts = new LinkedHashMap<>();
        for (Word word : words) {
            int before = found.size();
            texts.forEach((file, text) -> find(word, file, text, found));
            counts.put(word.pattern().pattern(), found.size() - before);
        }

        counts.forEach((pattern, count) -> System.out.println(count + "  " + pattern));
        System.out.printf(
                "RESULT name=words value=%d unit=findings words=%d files=%d target=0 verdict=%s%n",
                found.size(), words.size(), texts.size(), found.isEmpty() ? "pass" : "fail");
        assertThat(found).isEmpty();
    }

    /** A list that matches nothing would let everything through. */
    @Test
    void theListFindsWhatItNames() throws IOException {
        List<Word> words = words(Files.readString(ProjectFiles.PROJECT.resolve(LIST)));
        List<String> found = new ArrayList<>();
        String text = """
                The worker tells that it is done, and the client is told.
                A file that is no video has
                to be sent again; whoever sends it goes on when
                the store is away no longer.
                """;

        words.forEach(word -> find(word, "made-up.md", text, found));

        assertThat(found).hasSize(7).allMatch(each -> each.startsWith("made-up.md:"));
    }

    private static void find(Word word, String file, String text, List<String> found) {
        Matcher matcher = word.pattern().matcher(text);
        while (matcher.find()) {
            long line = text.substring(0, matcher.start())
                            .chars()
                            .filter(c -> c == '\n')
                            .count()
                    + 1;
            found.add(
                    "%s:%d: \"%s\": write: %s (%s)".formatted(file, line, matcher.group(), word.instead(), word.why()));
        }
    }

    private static List<Word> words(String list) {
        return ROW.matcher(list)
                .results()
                .map(row -> new Word(
                        Pattern.compile(row.group(1).replace("\\|", "|").replace(" ", SPACE), Pattern.CASE_INSENSITIVE),
                        row.group(2),
                        row.group(3)))
                .toList();
    }

    private static Map<String, String> texts() throws IOException {
        Map<String, String> texts = ProjectFiles.read();
        texts.keySet()
                .removeIf(path -> !PROSE.matcher(path).matches()
                        || UNCHANGEABLE.matcher(path).matches()
                        || path.endsWith("/WordsTest.java"));
        return texts;
    }
}
