package caravana.test;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Assumptions;

/**
 * How much of a long test a run does. A normal run does a random part; a run of one part of the tests does all of it
 * ({@code tests.whole}); and the long run does it at full size ({@code faults.long}). A run prints what it leaves out,
 * and {@code ./caravana test} prints it again at its end.
 *
 * <p>The system property {@code faults.seed} repeats a random choice.
 */
public final class Sample {

    /** Whether this is the long run. */
    public static final boolean LONG = Boolean.getBoolean("faults.long");

    /** Whether nothing is left out. */
    public static final boolean WHOLE = LONG || Boolean.getBoolean("tests.whole");

    /** Whether this run makes some of the {@link SampledClass sampled classes} only. */
    static final boolean CLASSES = !WHOLE && Boolean.getBoolean("tests.sampled-classes");

    /** By which this run chooses. */
    public static final long SEED = Long.getLong("faults.seed", System.nanoTime() & 0xffffff);

    private Sample() {}

    /**
     * What this run makes of these proofs, in their order.
     *
     * @param name of the whole, for people
     * @param size how many the normal run makes; at least 1
     */
    public static <T> List<T> of(String name, int size, List<T> proofs) {
        if (WHOLE || size >= proofs.size()) {
            return proofs;
        }
        List<Integer> places =
                new ArrayList<>(IntStream.range(0, proofs.size()).boxed().toList());
        Collections.shuffle(places, new Random(SEED));
        List<T> chosen = places.stream().limit(size).sorted().map(proofs::get).toList();
        System.out.println(name + ", by seed " + SEED + " (repeat with --seed " + SEED + "): " + chosen);
        leave(name + ": " + (proofs.size() - size) + " of " + proofs.size());
        return chosen;
    }

    /**
     * How many of something this run makes.
     *
     * @param name of them, for people
     * @param normal how many all runs make but the long one
     */
    public static int size(String name, int normal, int atLength) {
        if (LONG) {
            return atLength;
        }
        leave(name + ": " + (atLength - normal) + " of " + atLength);
        return normal;
    }

    /**
     * Skips the test that calls it where something is not so, and notes what this run leaves out.
     *
     * @param proof what is left out then
     * @param otherwise what is missing, and how to have it
     */
    public static void require(boolean holds, String proof, String otherwise) {
        if (!holds) {
            leave(proof + ": " + otherwise);
        }
        Assumptions.assumeTrue(holds, otherwise);
    }

    /** Notes what this run leaves out. */
    public static void leave(String what) {
        // The first words are those by which ./caravana test finds it.
        System.out.println("Left out: " + what);
    }
}
