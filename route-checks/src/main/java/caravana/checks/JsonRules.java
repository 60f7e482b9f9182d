package caravana.checks;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Checks JSON that a route writes as text: it must be JSON for all values of its functions, because nothing validates
 * it later.
 */
final class JsonRules implements Rule {

    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    /** Ids are texts, whatever a statement selects besides. */
    private static final Pattern TEXT_ID = Pattern.compile("::text\\s+AS\\s+(\\w+_id)\\b", Pattern.CASE_INSENSITIVE);

    private static final Pattern LAST_NAME = Pattern.compile("(\\w+)]?$");

    @Override
    public void check(RouteTree tree, Consumer<Finding> report) {
        Set<String> ids = new HashSet<>();
        tree.statements()
                .values()
                .forEach(file -> TEXT_ID.matcher(file.text()).results().forEach(id -> ids.add(id.group(1))));
        for (RouteTree.Placed placed : tree.steps()) {
            if (placed.step().kind().equals("setBody")) {
                TextRules.text(placed.step().element())
                        .filter(text -> isJson(text.text(), placed.owner()))
                        .ifPresent(text -> body(placed.file(), text, ids, report));
            }
        }
    }

    /** Whether a text is meant to be JSON: it begins like an object with fields, or in a route that says so like any. */
    private static boolean isJson(String text, Route route) {
        String begin = text.strip();
        return begin.matches("(?s)\\{\\s*\".*")
                || begin.matches("(?s)(\\{(?!\\{)|\\[).*")
                        && route.everyStep().stream()
                                .flatMap(HeaderRules::headers)
                                .anyMatch(header -> header.text("name").equalsIgnoreCase("Content-Type")
                                        && TextRules.text(header)
                                                .filter(type -> type.text().matches("application/(.*\\+)?json.*"))
                                                .isPresent());
    }

    private static void body(String file, Element text, Set<String> ids, Consumer<Finding> report) {
        if (text.text().contains("\\")) {
            // Simple has escapes of its own.
            return;
        }
        StringBuilder json = new StringBuilder();
        boolean quoted = false;
        String bare = "";
        for (int i = 0; i < text.text().length(); i++) {
            char c = text.text().charAt(i);
            boolean function = text.text().startsWith("${", i);
            int end = function || text.text().startsWith("{{", i) ? end(text.text(), i) : 0;
            if (end > 0) {
                String name = text.text().substring(i, end);
                Matcher last = LAST_NAME.matcher(name.replaceFirst("}$", ""));
                if (function && !quoted && last.find() && ids.contains(last.group(1))) {
                    bare = name;
                }
                // A number within a number or a text is one as well.
                json.append('1');
                i = end - 1;
            } else {
                quoted ^= c == '"';
                json.append(c);
            }
        }
        String wrong = wrong(json.toString());
        if (!wrong.isEmpty()) {
            report.accept(new Finding(
                    file,
                    text.line(),
                    "json-invalid",
                    "This is no JSON, with 1 for each function: " + wrong,
                    "Check its quotes, commas and brackets, or write a map and marshal it"));
        } else if (!bare.isEmpty()) {
            report.accept(new Finding(
                    file,
                    text.line(),
                    "json-invalid",
                    bare + " is a text, and stands outside quotes in this JSON",
                    "Write \"" + bare + "\""));
        }
    }

    /** Where a function or a setting ends that begins at a place; 0 when it does not. */
    private static int end(String text, int start) {
        int depth = 0;
        for (int i = text.indexOf('{', start); i < text.length(); i++) {
            if (text.charAt(i) == '{') {
                depth++;
            } else if (text.charAt(i) == '}' && --depth == 0) {
                return i + 1;
            }
        }
        return 0;
    }

    private static String wrong(String json) {
        try {
            JSON.readTree(json);
            return "";
        } catch (JsonProcessingException e) {
            return e.getOriginalMessage().replaceAll("\\s+", " ") + " at character "
                    + e.getLocation().getColumnNr();
        }
    }
}
