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

    /** From these on ffmpeg takes a difference, in seconds, between two packets of a track for a jump of the clock. */
    static final double JUMP_AHEAD = 10;

    private static final double JUMP_BACK = 0.1;

    /**
     * A frame from which decoding can begin, shown so many seconds before one that came earlier in the file: another recording
     * begins, whose clock begins again. Frames that are only reordered come after the one that they refer to.
     */
    static final double JOIN = 0.3;

    /** More recordings in one file than this are not put one after the other. */
    private static final int MOST_RECORDINGS = 50;

    /** The last frame of a moving picture is not shown for longer, in seconds. */
    private static final double LONGEST_END = 60;

    /** Frames that an encoder may reorder; H.264 and HEVC allow 16. */
    private static final int REORDERED = 17;

    private static final double MICROS = 1e6;

    /** By how much clocks of milliseconds bend a distance, in microseconds. */
    private static final long ROUNDED = 1_100;

    /** The share of distances that must be one for frames to be evenly spaced. */
    private static final double MOST = 0.9;

    private final boolean closesGaps;
    private final Map<Integer, Times> tracks = new HashMap<>();

    /** What each recording's times are moved by, so that it follows the one before. */
    private final List<Double> shifts = new ArrayList<>(List.of(0.0));

    private final Set<Integer> pictures;
    private double end;

    /** When the picture ends that continues longest, and how long its last frame is shown. */
    private double pictureEnd;

    private double frameLength;

    /**
     * @param closesGaps whether jumps of the clock are closed, as ffmpeg does in some containers
     * @param pictures indices of the tracks that are pictures
     */
    PacketTimes(boolean closesGaps, Set<Integer> pictures) {
        this.closesGaps = closesGaps;
        this.pictures = pictures;
    }

    /** Takes one line of ffprobe's {@code csv=print_section=0}: index, pts, dts, duration, place in the file and flags. */
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
            // ffprobe was stopped in the middle of a line; the check of the result has the last word.
        }
    }

    /** NaN for {@code N/A}. */
    private static double seconds(String text) {
        return text.equals("N/A") ? Double.NaN : Double.parseDouble(text);
    }

    private static long position(String text) {
        return text.equals("N/A") ? -1 : Long.parseLong(text);
    }

    /**
     * Behind all of the recording before; behind its picture when the sound is less than a frame longer, as packets of sound make
     * it. Behind that sound the next picture would begin between two frames, and be shown later than its own sound.
     */
    private double whereTheNextBegins() {
        return end - pictureEnd < frameLength ? pictureEnd : end;
    }

    /** By how many seconds more each further recording is moved than the one before. */
    List<Double> joins() {
        List<Double> joins = new ArrayList<>();
        for (int i = 1; i < shifts.size(); i++) {
            joins.add(shifts.get(i) - shifts.get(i - 1));
        }
        return joins;
    }

    /** The times of one track; of one without packets, all are 0. */
    Times of(Track track) {
        return tracks.getOrDefault(track.index(), new Times(track.isVideo()));
    }

    /** Of one track, with jumps of the clock closed; in seconds on the clock of the file. */
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
                // An edit list leaves it out: it is decoded, since others refer to it, and not shown.
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

        /** How many jumps of more than 10 s there are, if one of them goes back; one that does not is a pause. */
        int farJumps() {
            return jumpsFarBack ? farJumps : 0;
        }

        /** When the first frame is shown that can be decoded. */
        double start() {
            double start = Double.isNaN(firstKey) || beginsBefore ? first : firstKey;
            return Double.isNaN(start) ? 0 : start;
        }

        /** How long the frames last that are shown before the first one that can be decoded, in seconds. */
        double lead() {
            return packets == 0 ? 0 : start() - first;
        }

        /** Where in the file the last packet that is shown begins, in bytes; −1 when that is not known. */
        long lastPosition() {
            return lastPosition;
        }

        /** Whether the file says when frames are shown, and not only when they are decoded. */
        boolean isDated() {
            return keysAreDated;
        }

        /** Whether the last of several frames says to be shown for so long that it must be a mistake. */
        boolean isEndAMistake() {
            return packets > 1 && lastLength > LONGEST_END && lastLength > 10 * medianDistance();
        }

        /** From the first frame that can be decoded to the end of the last one. */
        double length() {
            if (packets == 0) {
                return 0;
            }
            double last = lastLength > 0 && !isEndAMistake() ? lastLength : medianDistance();
            return Math.max(0, lastFrame + last - start());
        }

        /** When the last one ends. */
        double end() {
            return start() + length();
        }

        /** Whether frames that follow one another do so at one distance, but for what clocks of milliseconds round. */
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

        /** The distance in seconds that half of the frames do not exceed; 0 when there are fewer than two. */
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
