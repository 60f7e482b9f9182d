package caravana.worker.media;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.TreeMap;

/**
 * The timestamps of an original's packets for each track, read line by line from ffprobe. It keeps sums instead of
 * packets, so that a long video needs no more memory than a short one.
 */
public final class PacketTimes {

    /** The flag of a packet from which decoding can begin. */
    static final String KEY = "K";

    static final String ENTRIES = "packet=stream_index,pts_time,dts_time,duration_time,pos,flags";

    /** The difference in seconds between two packets of a track from which ffmpeg assumes a jump of the clock. */
    static final double JUMP_AHEAD = 10;

    private static final double JUMP_BACK = 0.1;

    /**
     * The difference in seconds by which a key frame must be shown before an earlier frame of the file to be the
     * beginning of another recording, whose clock starts again. Reordered frames come after the frame to which they
     * refer.
     */
    static final double JOIN = 0.3;

    /** The most recordings in a file that are joined. */
    private static final int MOST_RECORDINGS = 50;

    /** The longest time in seconds for which the last frame of a moving picture is shown. */
    private static final double LONGEST_END = 60;

    /** The most frames that an encoder may reorder, plus one; H.264 and HEVC allow 16. */
    private static final int REORDERED = 17;

    private static final double MICROS = 1e6;

    /** The rounding error of a distance on a clock of milliseconds, in microseconds. */
    private static final long ROUNDED = 1_100;

    /** The share of equal distances from which frames count as evenly spaced. */
    private static final double MOST = 0.9;

    private final boolean closesGaps;
    private final Map<Integer, Times> tracks = new HashMap<>();

    /** The shift of each recording's times in seconds, which appends it to the previous one. */
    private final List<Double> shifts = new ArrayList<>(List.of(0.0));

    private final Set<Integer> pictures;
    private double end;

    /** The end of the picture that continues longest; the next field is how long its last frame is shown. */
    private double pictureEnd;

    private double frameLength;

    /**
     * @param closesGaps whether ffmpeg closes jumps of the clock in this container
     * @param pictures indices of the tracks with pictures
     */
    PacketTimes(boolean closesGaps, Set<Integer> pictures) {
        this.closesGaps = closesGaps;
        this.pictures = pictures;
    }

    /**
     * Processes one line of ffprobe's {@code csv=print_section=0}: index, pts, dts, duration, offset in the file and
     * flags.
     */
    void add(String line) {
        String[] fields = line.split(",");
        if (fields.length < 6) {
            return;
        }
        try {
            int track = Integer.parseInt(fields[0].strip());
            tracks.computeIfAbsent(track, any -> new Times(pictures.contains(track)))
                    .add(seconds(fields[1]), seconds(fields[2]), seconds(fields[3]), position(fields[4]), fields[5]);
        } catch (NumberFormatException noPacket) {
            // ffprobe was stopped in the middle of a line; the check of the result decides later.
        }
    }

    /** Parses a time; NaN for {@code N/A}. */
    private static double seconds(String text) {
        return text.equals("N/A") ? Double.NaN : Double.parseDouble(text);
    }

    private static long position(String text) {
        return text.equals("N/A") ? -1 : Long.parseLong(text);
    }

    /**
     * Returns where the next recording begins: after everything of the previous one. If its sound is less than a frame
     * longer than its picture, as blocks of sound make it, the next one begins after the picture; otherwise the next
     * picture would begin between two frames, and be shown later than its own sound.
     */
    private double whereTheNextBegins() {
        return end - pictureEnd < frameLength ? pictureEnd : end;
    }

    /** Returns the seconds by which each further recording is shifted more than the previous one. */
    List<Double> joins() {
        List<Double> joins = new ArrayList<>();
        for (int i = 1; i < shifts.size(); i++) {
            joins.add(shifts.get(i) - shifts.get(i - 1));
        }
        return joins;
    }

    /** Returns the times of one track; all 0 for a track without packets. */
    Times of(Track track) {
        return tracks.getOrDefault(track.index(), new Times(track.isVideo()));
    }

    /** The times of one track in seconds on the clock of the file, with jumps of the clock closed. */
    final class Times {

        private final boolean picture;
        private long packets;
        private double first = Double.NaN;
        private double firstKey = Double.NaN;
        private boolean keysAreDated;
        private long lastPosition = -1;

        /** Whether decoding begins at a frame before the first one that is shown. */
        private boolean beginsBefore;

        private double lastFrame = Double.NaN;
        private double lastLength;
        private double shift;
        private double next = Double.NaN;
        private int gapsClosed;
        private int farJumps;
        private boolean jumpsFarBack;
        private int recording;
        private double newest = Double.NEGATIVE_INFINITY;
        private double lastInOrder = Double.NaN;
        private final PriorityQueue<Double> reordered = new PriorityQueue<>();
        private final TreeMap<Long, Long> distances = new TreeMap<>();

        private Times(boolean picture) {
            this.picture = picture;
        }

        private void add(double pts, double dts, double duration, long position, String flags) {
            double decoded = Double.isNaN(dts) ? pts : dts;
            if (Double.isNaN(decoded)) {
                decoded = Double.isNaN(next) ? 0 : next - shift;
            }
            double length = Double.isNaN(duration) ? 0 : duration;
            if (closesGaps && !Double.isNaN(next)) {
                double jump = decoded + shift - next;
                if (Math.abs(jump) > JUMP_AHEAD) {
                    farJumps++;
                    jumpsFarBack |= jump < 0;
                }
                if (jump > JUMP_AHEAD || jump < -JUMP_BACK) {
                    shift -= jump;
                    gapsClosed++;
                }
            }
            next = decoded + shift + length;
            if (flags.contains("D")) {
                // An edit list hides this frame: it is decoded, because other frames refer to it, but not shown.
                beginsBefore |= flags.contains(KEY) && packets == 0;
                return;
            }
            double shown = (Double.isNaN(pts) ? decoded : pts) + shift;
            if (!closesGaps) {
                shown = afterTheRecordingBefore(shown, flags.contains(KEY));
            }
            double distance = Double.isNaN(lastFrame) ? 0 : Math.max(0, shown - lastFrame);
            double shownFor = length > 0 ? length : Math.min(distance, JOIN);
            end = Math.max(end, shown + shownFor);
            if (picture && shown + shownFor > pictureEnd) {
                pictureEnd = shown + shownFor;
                frameLength = shownFor;
            }
            packets++;
            lastPosition = Math.max(lastPosition, position);
            first = Double.isNaN(first) ? shown : Math.min(first, shown);
            if (flags.contains(KEY)) {
                firstKey = Double.isNaN(firstKey) ? shown : firstKey;
                keysAreDated |= !Double.isNaN(pts);
            }
            if (!(shown < lastFrame)) {
                lastFrame = shown;
                lastLength = length;
            }
            reordered.add(shown);
            if (reordered.size() > REORDERED) {
                takeInOrder();
            }
        }

        private double afterTheRecordingBefore(double shown, boolean key) {
            if (key && shown < newest - JOIN && recording + 1 < MOST_RECORDINGS) {
                recording++;
                newest = Double.NEGATIVE_INFINITY;
                if (recording == shifts.size()) {
                    shifts.add(whereTheNextBegins() - shown);
                }
            }
            newest = Math.max(newest, shown);
            return shown + shifts.get(recording);
        }

        private void takeInOrder() {
            double shown = reordered.remove();
            if (shown > lastInOrder) {
                distances.merge(Math.round((shown - lastInOrder) * MICROS), 1L, Long::sum);
            }
            lastInOrder = shown;
        }

        long packets() {
            return packets;
        }

        int gapsClosed() {
            return gapsClosed;
        }

        /**
         * Returns the number of jumps of more than 10 s, if one of them goes back. Jumps that only go forward are
         * pauses, for which it returns 0.
         */
        int farJumps() {
            return jumpsFarBack ? farJumps : 0;
        }

        /** Returns when the first frame is shown that can be decoded. */
        double start() {
            double start = Double.isNaN(firstKey) || beginsBefore ? first : firstKey;
            return Double.isNaN(start) ? 0 : start;
        }

        /** Returns the length of the beginning that cannot be decoded, in seconds. */
        double lead() {
            return packets == 0 ? 0 : start() - first;
        }

        /** Returns the offset of the last visible packet in bytes; −1 when unknown. */
        long lastPosition() {
            return lastPosition;
        }

        /** Returns whether the file has presentation times, and not only decoding times. */
        boolean isDated() {
            return keysAreDated;
        }

        /** Returns whether the duration of the last of several frames is so long that it must be a mistake. */
        boolean isEndAMistake() {
            return packets > 1 && lastLength > LONGEST_END && lastLength > 10 * medianDistance();
        }

        /** Returns the length from the first frame that can be decoded to the end of the last frame. */
        double length() {
            if (packets == 0) {
                return 0;
            }
            double last = lastLength > 0 && !isEndAMistake() ? lastLength : medianDistance();
            return Math.max(0, lastFrame + last - start());
        }

        /** Returns the end of the last frame. */
        double end() {
            return start() + length();
        }

        /**
         * Returns whether consecutive frames have the same distance, except for the rounding of clocks of milliseconds.
         */
        boolean isEven() {
            long median = Math.round(medianDistance() * MICROS);
            long successive = count(median / 2, median + median / 2);
            return successive > 0 && count(median - ROUNDED, median + ROUNDED) >= MOST * successive;
        }

        private long count(long from, long to) {
            return distances.subMap(from, true, to, true).values().stream()
                    .mapToLong(Long::longValue)
                    .sum();
        }

        /** Returns the median distance of frames in seconds; 0 for fewer than two frames. */
        double medianDistance() {
            while (!reordered.isEmpty()) {
                takeInOrder();
            }
            long all = distances.values().stream().mapToLong(Long::longValue).sum();
            long seen = 0;
            for (Map.Entry<Long, Long> each : distances.entrySet()) {
                seen += each.getValue();
                if (2 * seen >= all) {
                    return each.getKey() / MICROS;
                }
            }
            return 0;
        }
    }
}
