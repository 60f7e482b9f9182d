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

    /** Results have at most so many frames per second. */
    private static final double HIGHEST = 30;

    /** A rate above this is halved; one between is so close to the highest that this is better. */
    private static final double HALVED_ABOVE = 32;

    /** With fewer frames per second than this, a result could not be as long as its original to the tenth of a second. */
    private static final double LOWEST = 10;

    /** An exact rate above this is the clock's and not the picture's, unless the frames do follow one another so fast. */
    private static final double PLAUSIBLE = 60.5;

    private static final double FASTEST = 1000;

    /** Rates of cameras. One that is nearly such a rate is that rate. */
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

    /** By how much a distance may be wrong on a clock of milliseconds, in seconds. */
    private static final double HALF_MILLISECOND = 0.0005;

    /** Above the error of a difference of two lengths, in frames: 1.2 s less 0.1 s at 25 frames per second is a little below 27.5. */
    private static final double ROUNDING = 1e-6;

    /** A distance is measured on clocks of milliseconds. */
    private static final double CLOSE_DISTANCE = 0.015;

    /** A rate is rounded, or bent by a jump of the clock. */
    private static final double CLOSE_RATE = 0.005;

    /**
     * The rate of the motion in a track.
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

    /** Whether the exact rate of a track is that of its frames, and not that of a clock. */
    static boolean isOfMotion(String exact, double distance) {
        double rate = SourceInfo.fraction(exact);
        boolean slowerThanFrames = distance > 0 && rate * distance < 0.9;
        boolean fasterThanFrames = rate > PLAUSIBLE && !(distance > 0 && rate * distance < 2.2);
        return rate > 0 && !slowerThanFrames && !(fasterThanFrames && distance > 0) && rate <= FASTEST;
    }

    /**
     * A jump of the clock bends a rate so much that it may be nearer to 29.97 than to 30, which it is; distances stay. On a
     * clock of milliseconds they say nothing about so small a difference, and a rate may be one that cameras do not have.
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

    /** The usual rate that differs least, if any differs by no more than that share; otherwise the rate itself. */
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

    /** The rate that the catalogue sets, a whole number. */
    static FrameRate set(String rate) {
        return new FrameRate(Long.parseLong(rate), 1);
    }

    /**
     * The rate of a result: halved until it is allowed, or multiplied until it is; the frames stay evenly spaced.
     *
     * @param even whether the frames of the original are evenly spaced; of others, halving the rate would lose motion and gain
     *     nothing
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

    /** How many frames a picture of that length has. Half a frame is rounded up, as ffmpeg's {@code fps} does. */
    long framesIn(double length) {
        return Math.round(length * perSecond() + ROUNDING);
    }

    /** As ffmpeg reads it. */
    @Override
    public String toString() {
        return frames + "/" + seconds;
    }
}
