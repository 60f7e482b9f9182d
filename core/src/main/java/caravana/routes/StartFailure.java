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

    /** As Camel marks the step at which it failed to make a route. */
    private static final Pattern STEP = Pattern.compile(">>> (.*?) <<<", Pattern.DOTALL);

    /** As Camel says where a file is none of its language. */
    private static final Pattern PARSED = Pattern.compile("(?s)(.*?)\\s+in (\\S+), line (\\d+), column.*");

    private static final String HANDLER = "OnException[[";

    private static final Pattern PARAMETER = Pattern.compile(":\\?\\w+");
    private static final String SQL = ".sql";

    private StartFailure() {}

    /**
     * One line that says where and why: in the statement, when it is one that is refused.
     *
     * @param texts the files by their paths
     * @return {@code file:line: why}; without a place when Camel names no route
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

    /** Of an error handling the exceptions alone, and not all of its steps. */
    private static String shortened(String what) {
        return what.replaceFirst("(?s)( at OnException\\[\\[.*?]) -> .*", "$1]");
    }

    /** The words of all causes, but not of what names the whole route. */
    private static Set<String> said(Exception failure) {
        Set<String> said = new HashSet<>();
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (!(cause instanceof FailedToCreateRouteException) && cause.getMessage() != null) {
                said.addAll(words(cause.getMessage()));
            }
        }
        return said;
    }

    /** The line of a statement that gives the parameter its default of which a message speaks; else the first. */
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
            // Camel reads the exceptions of all handlers at each step.
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
     * A route or an error handling, or a part of one.
     *
     * @param first of its lines, from 0, which names it
     * @param end behind the last of them
     */
    private record Block(String file, List<String> lines, int first, int end) {

        /** That of this id; null when there is none. */
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

        /** The part that handles the exceptions that Camel names. */
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

        /** What a line behind its first one says; empty when none does. */
        String value(String key) {
            return lines.subList(first, end).stream()
                    .filter(line -> line.startsWith(key))
                    .map(line -> line.substring(key.length()).strip())
                    .findFirst()
                    .orElse("");
        }

        /** The line whose value is one of these words. */
        OptionalInt with(Set<String> words) {
            return IntStream.range(first + 1, end)
                    .filter(i -> words.contains(lines.get(i)
                            .strip()
                            .replaceFirst("^(- )?([\\w-]+:\\s+)?", "")
                            .replaceAll("^[\"']|[\"']$", "")
                            .toLowerCase(Locale.ROOT)))
                    .findFirst();
        }

        /** The line of its only step of a kind; else its first. */
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
