package caravana.local;

import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Selects what {@code ./caravana up --watch} prints of an app's log: the outcome of edited routes, the jobs, calls and
 * timers that fail in them, and the moment at which all failures are over.
 */
final class WatchedApp {

    private static final Pattern TOLD = Pattern.compile(".*(?:RouteReloader|EditedCalls|EditedTimers)\\s*: (.*)");
    private static final Pattern FAILED = Pattern.compile(".*: (Video \\S*, attempt \\d*, step .*)");
    private static final Pattern PROCESSED = Pattern.compile(".*: (Video \\S+ processed at attempt \\d+)");

    private final String name;
    private final Consumer<String> printer;
    private boolean failing;

    /** @param name of the app, which begins every line that is printed */
    WatchedApp(String name, Consumer<String> printer) {
        this.name = name;
        this.printer = printer;
    }

    /** The app has logged a line. */
    void logged(String line) {
        if (matches(TOLD, line) || matches(FAILED, line)) {
            failing |= FAILED.matcher(line).matches();
        } else if (failing && matches(PROCESSED, line)) {
            failing = false;
            printer.accept(name + ": Jobs are processed again");
        }
    }

    private boolean matches(Pattern pattern, String line) {
        Matcher matcher = pattern.matcher(line);
        if (!matcher.matches()) {
            return false;
        }
        printer.accept(name + ": " + matcher.group(1));
        return true;
    }
}
