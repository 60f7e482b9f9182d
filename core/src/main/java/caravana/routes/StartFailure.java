package caravana.routes;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.camel.FailedToCreateRouteException;
import org.springframework.util.StringUtils;

/** Finds the file and the line of a mistake that only Camel detects, when it starts a route. */
final class StartFailure {

    /** Camel marks the step that it could not create with these signs. */
    private static final Pattern STEP = Pattern.compile(">>> (.*?) <<<", Pattern.DOTALL);

    /** Camel's message about a file that it cannot parse. */
    private static final Pattern PARSED = Pattern.compile("(?s)(.*?)\\s+in (\\S+), line (\\d+), column.*");

    private static final String HANDLER = "OnException[[";

    private static final Pattern PARAMETER = Pattern.compile(":\\?\\w+");
    private static final String SQL = ".sql";

    private StartFailure() {}

    /**
     * Describes a failure in one line: where it is, and why. If a statement is wrong, the line names the SQL file.
     *
     * @param texts the files by their paths
     * @return {@code file:line: why}; only the reason when Camel names no route
     */
    static String describe(Exception failure, Map<String, String> texts) {
        Throwable root = failure;
        String route = null;
        String step = "";
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            root = cause;
            if (cause instanceof FailedToCreateRouteException failed) {
                route = failed.getRouteId();
                Matcher at = STEP.matcher(failed.getMessage());
                step = at.find() ? at.group(1) : "";
            }
        }
        String why = root.getMessage() == null ? root.toString() : root.getMessage();
        String what = route == null ? "these routes" : "the route " + route + (step.isEmpty() ? "" : " at " + step);
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            for (Map.Entry<String, String> file : texts.entrySet()) {
                String begin = file.getKey() + ": ";
                if (file.getKey().endsWith(SQL)
                        && String.valueOf(cause.getMessage()).startsWith(begin)) {
                    String about = cause.getMessage().substring(begin.length());
                    return file.getKey() + ":" + lineOfParameter(about, file.getValue()) + ": Camel does not start "
                            + what + ": " + about;
                }
            }
        }
        Matcher parsed = PARSED.matcher(why);
        if (route == null && parsed.find()) {
            for (String file : texts.keySet()) {
                if (file.endsWith("/" + parsed.group(2))) {
                    return file + ":" + parsed.group(3) + ": Camel does not start " + what + ": " + parsed.group(1);
                }
            }
        }
        return place(route, step, said(failure), texts) + "Camel does not start " + shortened(what) + ": " + why;
    }

    /** Shortens the description of an error handler to its exceptions, without its steps. */
    private static String shortened(String what) {
        return what.replaceFirst("(?s)( at OnException\\[\\[.*?]) -> .*", "$1]");
    }

    /** The words of all causes, except of those that quote the whole route. */
    private static Set<String> said(Exception failure) {
        Set<String> said = new HashSet<>();
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (!(cause instanceof FailedToCreateRouteException) && cause.getMessage() != null) {
                said.addAll(words(cause.getMessage()));
            }
        }
        return said;
    }

    /** The line of a statement that sets the default of the parameter in the message; otherwise the first line. */
    private static int lineOfParameter(String about, String sql) {
        Matcher parameter = PARAMETER.matcher(about);
        List<String> lines = sql.lines().toList();
        if (parameter.find()) {
            Pattern head = Pattern.compile("--\\s*" + Pattern.quote(parameter.group()) + "\\s*=.*");
            for (int i = 0; i < lines.size(); i++) {
                if (head.matcher(lines.get(i)).matches()) {
                    return i + 1;
                }
            }
        }
        return 1;
    }

    private static String place(String route, String step, Set<String> said, Map<String, String> texts) {
        Block block = Block.of("- route:", route, texts);
        if (block == null) {
            return "";
        }
        Block handling = Block.of("- routeConfiguration:", block.value("    routeConfigurationId: "), texts);
        if (handling != null && step.startsWith(HANDLER)) {
            Block handler = handling.handler(step);
            return handler.place(handler.with(said).orElse(handler.first()));
        }
        OptionalInt line = block.with(said);
        OptionalInt handled = handling == null ? OptionalInt.empty() : handling.with(said);
        if (line.isEmpty() && handled.isPresent()) {
            // At each step, Camel resolves the exceptions of all handlers.
            return handling.place(handled.getAsInt());
        }
        if (line.isEmpty()) {
            line = block.with(words(step));
        }
        return block.place(line.isPresent() ? line.getAsInt() : block.only(step));
    }

    private static Set<String> words(String text) {
        return Arrays.stream(text.replace("://", ":").split("[\\s\\[\\]'\"(),;]+"))
                .map(word -> word.replaceFirst("[.:]+$", "")
                        .replaceFirst("^ref:", "")
                        .toLowerCase(Locale.ROOT))
                .filter(word -> word.length() > 3)
                .collect(Collectors.toSet());
    }

    /**
     * A route or a route configuration in a file, or a part of one.
     *
     * @param first index of its first line, which names it
     * @param end index after its last line
     */
    private record Block(String file, List<String> lines, int first, int end) {

        /** Finds the block with this id; null when there is none. */
        static Block of(String kind, String id, Map<String, String> texts) {
            for (Map.Entry<String, String> file : texts.entrySet()) {
                List<String> lines = file.getValue().lines().toList();
                String now = "";
                for (int i = 0; i < lines.size(); i++) {
                    now = lines.get(i).startsWith("- ") ? lines.get(i).strip() : now;
                    if (now.equals(kind) && lines.get(i).equals("    id: " + id)) {
                        int end = i + 1;
                        while (end < lines.size() && !lines.get(end).startsWith("- ")) {
                            end++;
                        }
                        return new Block(file.getKey(), lines, i, end);
                    }
                }
            }
            return null;
        }

        /** Finds the part that handles the exceptions that Camel names. */
        Block handler(String step) {
            List<String> exceptions = List.of(
                    step.substring(HANDLER.length()).replaceFirst("(?s)].*", "").split(",\\s*"));
            for (int i = first; i < end; i++) {
                if (lines.get(i).strip().equals("- onException:")) {
                    int last = i + 1;
                    while (last < end
                            && (lines.get(last).isBlank() || indent(lines.get(last)) > indent(lines.get(i)))) {
                        last++;
                    }
                    if (lines.subList(i, last).stream()
                            .map(String::strip)
                            .toList()
                            .containsAll(
                                    exceptions.stream().map(name -> "- " + name).toList())) {
                        return new Block(file, lines, i, last);
                    }
                }
            }
            return this;
        }

        private static int indent(String line) {
            return line.length() - line.stripLeading().length();
        }

        /** The value of a key after the block's first line; empty when no line has the key. */
        String value(String key) {
            return lines.subList(first, end).stream()
                    .filter(line -> line.startsWith(key))
                    .map(line -> line.substring(key.length()).strip())
                    .findFirst()
                    .orElse("");
        }

        /** The line whose value is one of these words; empty when there is none. */
        OptionalInt with(Set<String> words) {
            return IntStream.range(first + 1, end)
                    .filter(i -> words.contains(lines.get(i)
                            .strip()
                            .replaceFirst("^(- )?([\\w-]+:\\s+)?", "")
                            .replaceAll("^[\"']|[\"']$", "")
                            .toLowerCase(Locale.ROOT)))
                    .findFirst();
        }

        /** The line of its step of a kind, if it has only one such step; otherwise its first line. */
        int only(String step) {
            String kind = "- " + StringUtils.uncapitalize(step.replaceFirst("\\[.*", "")) + ":";
            int[] ofKind = IntStream.range(first + 1, end)
                    .filter(i -> lines.get(i).strip().equals(kind))
                    .toArray();
            return ofKind.length == 1 ? ofKind[0] : first;
        }

        String place(int line) {
            return file + ":" + (line + 1) + ": ";
        }
    }
}
