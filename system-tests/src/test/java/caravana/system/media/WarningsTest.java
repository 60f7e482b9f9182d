package caravana.system.media;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Whatever the worker warns of is in the contract, and the page says it in Spanish with values that the worker gives. */
class WarningsTest {

    private static final Path ROOT = Path.of("..");
    private static final Pattern WARNING =
            Pattern.compile("new MediaWarning\\(\\s*\"(\\w+)\",(.*?)\\);\\n", Pattern.DOTALL);
    private static final Pattern NAME = Pattern.compile("[(,]\\s*\"(\\w+)\",");
    private static final Pattern FOUND = Pattern.compile("\\{found_(\\w+)}");

    private static String read(String file) throws IOException {
        return Files.readString(ROOT.resolve(file));
    }

    /** Codes with the names of the values that come with each, of all sentences of it. */
    private static Map<String, List<Set<String>>> warnings() throws IOException {
        Map<String, List<Set<String>>> warnings = new LinkedHashMap<>();
        Matcher warning = WARNING.matcher(read("routes-worker/src/main/java/caravana/worker/media/MediaWarning.java"));
        while (warning.find()) {
            Set<String> names = new TreeSet<>();
            Matcher name =
                    NAME.matcher(warning.group(2).substring(warning.group(2).indexOf("Map.of")));
            while (name.find()) {
                names.add(name.group(1));
            }
            warnings.computeIfAbsent(warning.group(1), any -> new java.util.ArrayList<>())
                    .add(names);
        }
        return warnings;
    }

    @Test
    void eachIsInTheContractAndOnThePage() throws IOException {
        String contract = read("routes-web/src/main/resources/caravana/openapi.yaml");
        String texts = read("routes-web/src/main/resources/static/page/texts.js");
        String spanish = texts.substring(texts.indexOf("\n  es: {"));

        assertThat(warnings()).hasSizeGreaterThan(10);
        warnings().forEach((code, sentences) -> {
            assertThat(contract).contains("`" + code + "`");
            for (Set<String> names : sentences) {
                assertThat(textsOf(spanish, code))
                        .as("Spanish for " + code + " with " + names)
                        .anySatisfy(text -> assertThat(valuesIn(text)).isEqualTo(names));
            }
        });
    }

    /** The text for when all values are known, and that for when they are not. */
    private static List<String> textsOf(String spanish, String code) {
        return Pattern.compile("\\n    warning_" + code + "(?:_plain)?:\\s+'([^\\n]*)'")
                .matcher(spanish)
                .results()
                .map(text -> text.group(1))
                .toList();
    }

    private static Set<String> valuesIn(String text) {
        Set<String> names = new TreeSet<>();
        FOUND.matcher(text).results().forEach(found -> names.add(found.group(1)));
        return names;
    }
}
