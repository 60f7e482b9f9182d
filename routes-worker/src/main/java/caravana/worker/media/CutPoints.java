package caravana.worker.media;

import java.util.ArrayList;
import java.util.List;

/**
 * The frames of a picture at which decoding can begin, read line by line from ffprobe. A picture whose clock jumps has
 * none: ffmpeg closes jumps only when it has read everything before them.
 */
final class CutPoints {

    static final String ENTRIES = "packet=pts_time,dts_time,flags";

    /**
     * The shortest distance of two keys in seconds; closer ones are left out, because a file of an hour may consist of
     * keys.
     */
    private static final double APART = 0.5;

    /**
     * A packet from which decoding can begin. Times are in seconds on the clock of the file.
     *
     * @param shown when its frame is shown
     * @param decoded when its frame is decoded
     */
    record Key(double shown, double decoded) {

        /**
         * Returns the time to seek in order to find the key. Some containers are searched by the one time, some by the
         * other; the earlier one works in all.
         */
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

    /** Processes one line of {@code csv=print_section=0}: pts, dts and flags. */
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

    /** Returns whether every packet has its times, and the clock runs without a jump. */
    boolean isSteady() {
        return steady;
    }

    /** Returns whether there is a key after the first one. */
    boolean hasSeveral() {
        return keys.size() > 1;
    }

    /** Returns when the first frame is shown that can be decoded, in seconds; NaN when there is none. */
    double first() {
        return beginsBefore ? firstShown : firstKey;
    }

    /**
     * Returns the last key that is shown by a time; null when it is the first one, so that seeking would skip nothing.
     */
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
