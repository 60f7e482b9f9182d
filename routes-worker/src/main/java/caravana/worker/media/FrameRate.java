package caravana.worker.media;

import java.util.Comparator;
import java.util.List;

/**
 * Constant frames per second, as an exact fraction.
 *
 * @param frames frames in that many seconds
 * @param seconds that many seconds
 */
public record FrameRate(long frames, long seconds) {

    /** The highest frame rate of results. */
    private static final double HIGHEST = 30;

    /**
     * The rate above which a rate is halved. A rate between this and the highest one is closer to the highest one than
     * to its half.
     */
    private static final double HALVED_ABOVE = 32;

    /**
     * The lowest rate of results. With fewer frames per second, a result could not have the original's length to the
     * tenth of a second.
     */
    private static final double LOWEST = 10;

    /**
     * The highest exact rate that is accepted as the picture's. A higher one is the rate of the clock, unless the
     * measured distance of frames confirms it.
     */
    private static final double PLAUSIBLE = 60.5;

    private static final double FASTEST = 1000;

    /** The rates of cameras. A rate that is close to one of them is replaced by it. */
    private static final List<FrameRate> USUAL = List.of(
            new FrameRate(24, 1),
            new FrameRate(25, 1),
            new FrameRate(30, 1),
            new FrameRate(48, 1),
            new FrameRate(50, 1),
            new FrameRate(60, 1),
            new FrameRate(24000, 1001),
            new FrameRate(30000, 1001),
            new FrameRate(60000, 1001));

    /** The error of a distance that was measured with a clock of milliseconds, in seconds. */
    private static final double HALF_MILLISECOND = 0.0005;

    /**
     * More than the rounding error of a difference of two lengths, in frames: 1.2 s minus 0.1 s at 25 frames per second
     * is slightly less than 27.5.
     */
    private static final double ROUNDING = 1e-6;

    /** The largest relative difference for distances, which are measured with clocks of milliseconds. */
    private static final double CLOSE_DISTANCE = 0.015;

    /** The largest relative difference for rates, which may be rounded, or changed by a jump of the clock. */
    private static final double CLOSE_RATE = 0.005;

    /**
     * Returns the rate of the motion in a track.
     *
     * @param exact the rate at which all timestamps fall on frames, as ffmpeg's fraction
     * @param average frames divided by length, as ffmpeg's fraction
     * @param distance the median distance of frames in seconds; 0 when it was not measured
     */
    static FrameRate ofMotion(String exact, String average, double distance) {
        if (isOfMotion(exact, distance)) {
            return unbent(read(exact), distance);
        }
        if (distance > 0) {
            return orUsual(new FrameRate(Math.max(1, Math.round(1000 / distance)), 1000), CLOSE_DISTANCE);
        }
        double mean = SourceInfo.fraction(average);
        return mean > 0 && mean <= FASTEST ? read(average) : new FrameRate(30, 1);
    }

    /** Returns whether the exact rate of a track is the rate of its frames, and not of a clock. */
    static boolean isOfMotion(String exact, double distance) {
        double rate = SourceInfo.fraction(exact);
        boolean slowerThanFrames = distance > 0 && rate * distance < 0.9;
        boolean fasterThanFrames = rate > PLAUSIBLE && !(distance > 0 && rate * distance < 2.2);
        return rate > 0 && !slowerThanFrames && !(fasterThanFrames && distance > 0) && rate <= FASTEST;
    }

    /**
     * Corrects a rate by the distance of frames. A jump of the clock changes an average rate so much that it may be
     * closer to 29.97 than to the real 30, but does not change distances. With clocks of milliseconds, distances are
     * not exact enough to distinguish such rates, and cameras do not have all rates.
     */
    private static FrameRate unbent(FrameRate rate, double distance) {
        double millis = 1000 * distance;
        if (Math.abs(millis - Math.round(millis)) < 0.01) {
            return orUsual(rate, distance > 0 ? Math.max(CLOSE_RATE, HALF_MILLISECOND / distance) : CLOSE_RATE);
        }
        double frames = Math.max(1, Math.round(rate.perSecond() * distance));
        return USUAL.stream()
                .filter(usual -> usual.differenceFrom(rate) < CLOSE_RATE)
                .min(Comparator.comparingDouble(usual -> Math.abs(usual.perSecond() - frames / distance)))
                .orElse(rate);
    }

    /** Returns the closest usual rate, if the relative difference is small enough; otherwise the rate itself. */
    private static FrameRate orUsual(FrameRate rate, double share) {
        return USUAL.stream()
                .min(Comparator.comparingDouble(usual -> usual.differenceFrom(rate)))
                .filter(usual -> usual.differenceFrom(rate) < share)
                .orElse(rate);
    }

    private double differenceFrom(FrameRate other) {
        return Math.abs(perSecond() / other.perSecond() - 1);
    }

    private static FrameRate read(String fraction) {
        String[] parts = fraction.split("/");
        return new FrameRate(Long.parseLong(parts[0]), parts.length > 1 ? Long.parseLong(parts[1]) : 1);
    }

    /** Returns the rate that the catalogue sets, a whole number. */
    static FrameRate set(String rate) {
        return new FrameRate(Long.parseLong(rate), 1);
    }

    /**
     * Returns the rate of a result: halved until it is low enough, or multiplied until it is high enough, so that
     * frames stay evenly spaced.
     *
     * @param even whether the frames of the original are evenly spaced; if not, halving the rate would lose motion
     *     without a benefit
     */
    FrameRate ofResult(boolean even) {
        if (even && perSecond() > HALVED_ABOVE) {
            return new FrameRate(frames, seconds * 2).ofResult(true);
        }
        if (perSecond() > HIGHEST) {
            return new FrameRate((long) HIGHEST, 1);
        }
        long times = (long) Math.ceil(LOWEST / perSecond());
        return times > 1 ? new FrameRate(frames * times, seconds) : this;
    }

    double perSecond() {
        return (double) frames / seconds;
    }

    /**
     * Returns the number of frames of a picture of that length. Half a frame is rounded up, as in ffmpeg's filter
     * {@code fps}.
     */
    long framesIn(double length) {
        return Math.round(length * perSecond() + ROUNDING);
    }

    /** Returns the rate in ffmpeg's syntax. */
    @Override
    public String toString() {
        return frames + "/" + seconds;
    }
}
