package caravana.checks;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * A file with everything that is derived from its text alone. Derived values are computed on demand and cached, since
 * most files are unchanged between two checks.
 */
abstract class SourceFile {

    private final String name;
    private final String text;
    private final Map<FileRule, List<Finding>> findings = new HashMap<>();

    /** @param name its path below the routes' folder */
    SourceFile(String name, String text) {
        this.name = name;
        this.text = text;
    }

    String name() {
        return name;
    }

    String text() {
        return text;
    }

    /** What a rule finds in it. */
    List<Finding> findings(FileRule rule) {
        List<Finding> found = findings.get(rule);
        if (found == null) {
            found = new ArrayList<>();
            check(rule, found::add);
            findings.put(rule, found);
        }
        return found;
    }

    abstract void check(FileRule rule, Consumer<Finding> report);
}
