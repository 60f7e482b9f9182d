package caravana.worker.media;

import caravana.media.MediaRefusals;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Encodes the video of a job to a target size. A first pass analyses all frames; the second encodes with this analysis,
 * at the bit rate that the size leaves for the picture. Encoders miss a bit rate by some percent, most in short videos,
 * and sound may need another share than expected. So the size of the result decides whether the video is encoded once
 * more, at a corrected rate.
 */
public final class TargetSize {

    /** What a fragment names for {@link #rate}. */
    static final String VALUE = "bit_rate";

    private static final double BYTES_IN_A_MEGABYTE = 1e6;

    /** At which part of the size a run aims. */
    private static final double AIM = 0.97;

    /** Of the size, that the file has at least where the picture has so much in it. */
    private static final double LEAST = 0.92;

    /** Of the size: a file that is smaller has all that the picture has, and no rate would make it larger. */
    private static final double FULL = 0.7;

    private static final int MOST_PASSES = 5;

    /** Bits per second below which no picture is tried. */
    private static final double LOWEST_RATE = 10_000;

    /** As the encoder of sound has it by default, for two channels. */
    private static final double SOUND_RATE = 128_000;

    /** What an MP4 has beside pictures and sound, in bytes, and for each frame of the picture with the sound at that time. */
    private static final double HEADERS = 4_000;

    private static final double HEADERS_OF_A_FRAME = 24;

    /** As x264 has it, of a rate that does not even hold what it must say of each frame. */
    private static final Pattern TOO_LOW =
            Pattern.compile("requested bitrate is too low\\. estimated minimum is ([0-9]+) kbps");

    private final double bytes;
    private double rate;
    private double others;
    private double seconds;
    private int passes;
    private boolean open = true;

    private TargetSize(double bytes) {
        this.bytes = bytes;
    }

    /** @param megabytes at most; null for a video that is encoded once, however large it gets */
    static TargetSize of(Double megabytes) {
        return new TargetSize(megabytes == null ? 0 : megabytes * BYTES_IN_A_MEGABYTE);
    }

    /** Whether there is a size to be reached. */
    public boolean isWanted() {
        return bytes > 0;
    }

    /** Whether the video is to be encoded, for the first time or once more. */
    public boolean isOpen() {
        return open;
    }

    /** Bits per second of the picture, as it is known so far. */
    String rate() {
        return String.valueOf(Math.round(rate));
    }

    /**
     * Chooses the first rate.
     *
     * @throws RejectedMediaException when the size leaves next to nothing for the picture
     */
    void begin(PlannedResult result, MediaRefusals refusals) {
        seconds = result.seconds();
        others = 8 * (HEADERS + HEADERS_OF_A_FRAME * result.frames()) + (result.audio() ? SOUND_RATE * seconds : 0);
        rate = (8 * AIM * bytes - others) / seconds;
        if (rate < LOWEST_RATE) {
            throw unreachable((LOWEST_RATE * seconds + others) / 8, refusals);
        }
    }

    /**
     * Goes by the size of what was made.
     *
     * @throws RejectedMediaException when it is too large, and no rate makes it smaller
     */
    void take(long made, MediaRefusals refusals) {
        passes++;
        open = false;
        if (!isWanted()) {
            return;
        }
        boolean tooLarge = made > bytes;
        if (tooLarge && (passes == MOST_PASSES || rate <= LOWEST_RATE)) {
            throw unreachable(made, refusals);
        }
        // A file that was made smaller once, and too small, stays: another correction could make it too large again.
        boolean tooSmall = passes == 1 && made < LEAST * bytes && made > FULL * bytes;
        if (tooLarge || tooSmall) {
            open = true;
            double used = Math.max(8.0 * made - others, 0.1 * 8 * made);
            double wanted = 8 * AIM * bytes - others;
            rate = Math.max(LOWEST_RATE, rate * wanted / used);
        }
    }

    /** What it means that ffmpeg has ended with these errors: that the rate is too low for the encoder; null for anything else. */
    RejectedMediaException meaning(String errors, MediaRefusals refusals) {
        Matcher least = TOO_LOW.matcher(errors);
        return isWanted() && least.find()
                ? unreachable((1000 * Double.parseDouble(least.group(1)) * seconds + others) / 8, refusals)
                : null;
    }

    private RejectedMediaException unreachable(double least, MediaRefusals refusals) {
        return new RejectedMediaException(refusals.sizeUnreachable(
                bytes / BYTES_IN_A_MEGABYTE, Math.ceil(least / BYTES_IN_A_MEGABYTE * 100) / 100, seconds));
    }
}
