package caravana.worker.media;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Kinds of files that devices and programs make, and that an engine gets wrong that believes their headers. Of each kind there
 * are several cases: container, codec, rate, order and size follow from the seed.
 */
final class MediaKinds {

    private MediaKinds() {}

    /**
     * All kinds, each in several cases.
     *
     * @param folder for the files while they are made
     * @param seed by which they vary
     * @param times how many cases of each kind
     */
    static List<MediaCase> all(Path folder, long seed, int times) {
        List<MediaCase> cases = new ArrayList<>();
        Random random = new Random(seed);
        new ClockKinds(folder, random, cases).all(times);
        new JoinedKinds(folder, random, cases).all(times);
        new PictureKinds(folder, random, cases).all(times);
        new TrackKinds(folder, random, cases).all(times);
        new FormatKinds(folder, random, cases).all(4 * times);
        new RefusedKinds(folder, random, cases).all(times);
        return cases;
    }

    /** Files of all formats and kinds to be damaged: they are small, and all of them can be processed. */
    static List<MediaCase> toDamage(Path folder, long seed) {
        List<MediaCase> cases = new ArrayList<>(all(folder, seed, 1).stream()
                .filter(each -> each.refusal == null)
                .toList());
        new FormatKinds(folder, new Random(seed), cases).small();
        return cases;
    }
}
