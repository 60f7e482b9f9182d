package caravana.checks;

import java.util.EnumMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Checks that each access to another system is a step of its own, with an id and retries, and not part of an
 * expression.
 */
final class StepOnlyRules implements FileRule {

    private static final Pattern IN_SIMPLE =
            Pattern.compile("\\$\\{bean:([\\w-]+)(?:\\?(?:[^}]*&)?method=|\\.|::)(\\w+)");

    private static final String SETTING = "\\{\\{bean:([\\w-]+)\\.(\\w+)}}";
    private static final Pattern IN_SETTING = Pattern.compile(SETTING);

    /** As the default of a statement's parameter. */
    private static final Pattern IN_SQL = Pattern.compile("^-- *:\\?\\w+ *=.*?" + SETTING, Pattern.MULTILINE);

    private final Map<AppFolders, Vocabulary> vocabularies = new EnumMap<>(AppFolders.class);

    StepOnlyRules() {
        for (AppFolders app : AppFolders.values()) {
            vocabularies.put(app, Vocabulary.of(app));
        }
    }

    @Override
    public void check(RouteFile source, Consumer<Finding> report) {
        String file = source.name();
        source.elements().forEach(element -> {
            element.get("method")
                    .filter(method -> method.get("ref").isPresent())
                    .ifPresent(method -> act(
                            file,
                            method.line(),
                            method.text("ref") + "." + method.text("method").replaceFirst("\\(.*", ""),
                            report));
            if (element.isText()) {
                Stream.of(IN_SIMPLE, IN_SETTING)
                        .flatMap(pattern -> pattern.matcher(element.text()).results())
                        .forEach(call -> act(file, element.line(), call.group(1) + "." + call.group(2), report));
            }
        });
    }

    @Override
    public void check(SqlFile file, Consumer<Finding> report) {
        String sql = file.text();
        Matcher call = IN_SQL.matcher(sql);
        while (call.find()) {
            int line = 1
                    + (int) sql.substring(0, call.start())
                            .chars()
                            .filter(c -> c == '\n')
                            .count();
            act(file.name(), line, call.group(1) + "." + call.group(2), report);
        }
    }

    private void act(String file, int line, String call, Consumer<Finding> report) {
        if (AppFolders.loading(file).stream()
                .anyMatch(app -> vocabularies.get(app).has(Vocabulary.Kind.STEP_ONLY, call))) {
            String[] parts = call.split("\\.");
            report.accept(new Finding(
                    file,
                    line,
                    "act-in-expression",
                    call + " does something, and an expression only computes a value",
                    "Call it by a step: to with uri: bean:" + parts[0] + ", parameters: {method: " + parts[1]
                            + "} and variableReceive for what it returns"));
        }
    }
}
