package caravana.routes;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.camel.FailedToCreateRouteException;
import org.springframework.util.StringUtils;

/** Where in their files Camel finds wrong what only its start finds. */
final class StartFailure {

    /** As Camel marks the step at which it failed to make a route. */
    private static final Pattern STEP = Pattern.compile(">>> (.*?) <<<", Pattern.DOTALL);

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
        return place(route, step, why, texts) + "Camel does not start " + what + ": " + why;
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

    private static String place(String route, String step, String why, Map<String, String> texts) {
        for (Map.Entry<String, String> file : texts.entrySet()) {
            List<String> lines = file.getValue().lines().toList();
            for (int i = 0; i < lines.size(); i++) {
                if (lines.get(i).equals("    id: " + route)) {
                    return file.getKey() + ":" + (1 + lineOf(step, why, lines, i)) + ": ";
                }
            }
        }
        return "";
    }

    /** The line of the route whose value Camel complains of, or of its only step of that kind; else the one with its id. */
    private static int lineOf(String step, String why, List<String> lines, int id) {
        Set<String> words = Arrays.stream((step + " " + why).split("[\\s\\[\\]'\"(),;]+"))
                .map(word -> word.replaceFirst("[.:]+$", "").replaceFirst("^ref:", ""))
                .filter(word -> word.length() > 3)
                .collect(Collectors.toSet());
        String kind = "- " + StringUtils.uncapitalize(step.replaceFirst("\\[.*", "")) + ":";
        List<Integer> ofKind = new ArrayList<>();
        for (int i = id + 1; i < lines.size() && !lines.get(i).startsWith("- "); i++) {
            String line = lines.get(i).strip();
            if (words.contains(line.replaceFirst("^(- )?([\\w-]+:\\s+)?", "").replaceAll("^[\"']|[\"']$", ""))) {
                return i;
            }
            if (line.equals(kind)) {
                ofKind.add(i);
            }
        }
        return ofKind.size() == 1 ? ofKind.get(0) : id;
    }
}
