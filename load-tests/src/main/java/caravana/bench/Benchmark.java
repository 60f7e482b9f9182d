package caravana.bench;

import caravana.measure.Results;
import java.nio.file.Path;
import java.util.List;

/** Measures one figure, or several from the same run. */
interface Benchmark {

    /** The figures' names: those of the results, and the names that {@code ./caravana bench} accepts. */
    List<String> names();

    /** Measures, prints what a reader wants to know of it, and gives a result for each name. */
    void run(Setting setting) throws Exception;

    /**
     * What a benchmark is given.
     *
     * @param folder empty, and its own; deleted afterwards
     * @param thorough whether pairs that take minutes are measured three times rather than once
     */
    record Setting(Path folder, boolean thorough, Results results) {

        /** How often a pair is measured that takes over a minute. */
        int longPairs() {
            return thorough ? 3 : 1;
        }
    }
}
