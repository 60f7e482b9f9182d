package caravana.worker.media;

import java.util.ArrayList;
import java.util.List;

/**
 * The frames of a picture at which decoding can begin, read line by line from ffprobe. A picture whose clock jumps has
 * none: ffmpeg closes jumps only when it has read everything before them.
 */
final class CutPoints {

    static final String ENTRIES = "packet=pts_time,dts_time,flags";

    /** Keys that follow one another more closely, in seconds, are left out: a file of an hour may consist of them alone. */
    private static final double APART = 0.5;

    /**
     * A packet from which decoding can begin, on the clock of the file in seconds.
     *
     * @param shown when its frame is shown
     * @param decoded when it is decoded
     */
    record Key(double shown, double decoded) {

        /** To seek for it. Some containers are searched by the one time, some by the other; the earlier one finds it in all. */
        double sought() {
            return Math.min(shown, decoded);
        }
    }

    private final List<Key> keys = new ArrayList<>();
    private double firstKey = Double.NaN;
    private double firstShown = Double.POSITIVE_INFINITY;
    private double last = Double.NaN;

    /** Whether decoding begins at a frame that an edit list leaves out. */
    private boolean beginsBefore;

    private boolean steady = true;

    /** Takes one line of {@code csv=print_section=0}: pts, dts and flags. */
    void add(String line) {
        String[] fields = line.split(",");
        if (fields.length < 3) {
            return;
        }
        if (fields[0].equals("N/A") || fields[1].equals("N/A")) {
            steady = false;
            return;
        }
        double shown = Double.parseDouble(fields[0]);
        double decoded = Double.parseDouble(fields[1]);
        boolean key = fields[2].contains(PacketTimes.KEY);
        boolean leftOut = fields[2].contains("D");
        beginsBefore |= Double.isNaN(last) && key && leftOut;
        steady &= Double.isNaN(last) || decoded >= last && decoded - last < PacketTimes.JUMP_AHEAD;
        last = decoded;
        if (leftOut) {
            return;
        }
        firstShown = Math.min(firstShown, shown);
        if (key) {
            firstKey = Double.isNaN(firstKey) ? shown : firstKey;
            if (keys.isEmpty() || shown - keys.get(keys.size() - 1).shown() >= APART) {
                keys.add(new Key(shown, decoded));
            }
        }
    }

    /** Whether every packet has its times, and the clock runs without a jump. */
    boolean isSteady() {
        return steady;
    }

    /** Whether there is a key beside the first one. */
    boolean hasSeveral() {
        return keys.size() > 1;
    }

    /** When the first frame is shown that can be decoded; NaN when there is none. */
    double first() {
        return beginsBefore ? firstShown : firstKey;
    }

    /** The last one that is shown by that time; null when it is the first one, so that nothing would be left out. */
    Key before(double time) {
        Key found = null;
        for (Key key : keys.subList(Math.min(1, keys.size()), keys.size())) {
            if (key.shown() > time) {
                break;
            }
            found = key;
        }
        return found;
    }
}
