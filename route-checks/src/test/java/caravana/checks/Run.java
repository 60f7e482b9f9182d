package caravana.checks;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** How much of a long proof this run makes, as Sample of test-support says it, which needs this module. */
final class Run {

    /** Whether this is the long run. */
    static final boolean LONG = Boolean.getBoolean("faults.long");

    /** Whether nothing is left out of what takes a minute or two. */
    static final boolean WHOLE = LONG || Boolean.getBoolean("tests.whole");

    /** By which this run chooses. */
    static final long SEED = Long.getLong("faults.seed", System.nanoTime() & 0xffffff);

    private Run() {}

    /** So many of these, in another order at each run; all of them, in theirs, in a run of all. */
    static <T> List<T> some(String name, int size, List<T> all) {
        if (WHOLE || size >= all.size()) {
            return all;
        }
        List<T> shuffled = shuffled(all);
        leave(name, all.size() - size, all.size());
        return shuffled.subList(0, size);
    }

    static <T> List<T> shuffled(List<T> all) {
        List<T> shuffled = new ArrayList<>(all);
        Collections.shuffle(shuffled, new Random(SEED));
        return shuffled;
    }

    /** The first words are those by which {@code ./caravana test} finds what was left out. */
    static void leave(String name, int left, int of) {
        System.out.println(name + ", by seed " + SEED + " (repeat with --seed " + SEED + ")");
        System.out.println("Left out: " + name + ": " + left + " of " + of);
    }
}
