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

    /** The placeholder for {@link #rate} in the catalogue. */
    static final String VALUE = "bit_rate";

    private static final double BYTES_IN_A_MEGABYTE = 1e6;

    /** The share of the size at which a run aims. */
    private static final double AIM = 0.97;

    /** The share of the size that the file must reach, unless the picture needs less. */
    private static final double LEAST = 0.92;

    /**
     * The share of the size below which a file already has the whole picture, so that a higher rate would not make it
     * larger.
     */
    private static final double FULL = 0.7;

    private static final int MOST_PASSES = 5;

    /** The lowest bit rate of the picture that is tried, in bits per second. */
    private static final double LOWEST_RATE = 10_000;

    /** The default bit rate of the audio encoder for two channels, in bits per second. */
    private static final double SOUND_RATE = 128_000;

    /**
     * The bytes of an MP4 file besides picture and sound; the next constant is the number for each frame with its
     * sound.
     */
    private static final double HEADERS = 4_000;

    private static final double HEADERS_OF_A_FRAME = 24;

    /** x264's message about a rate that is too low even for the headers of frames. */
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

    /** @param megabytes largest size in MB of 1,000,000 bytes; null to encode once, without a limit */
    static TargetSize of(Double megabytes) {
        return new TargetSize(megabytes == null ? 0 : megabytes * BYTES_IN_A_MEGABYTE);
    }

    /** Returns whether there is a target size. */
    public boolean isWanted() {
        return bytes > 0;
    }

    /** Returns whether the video must be encoded (again). */
    public boolean isOpen() {
        return open;
    }

    /** Returns the bit rate of the picture in bits per second, as far as it is known. */
    String rate() {
        return String.valueOf(Math.round(rate));
    }

    /**
     * Chooses the first rate.
     *
     * @throws RejectedMediaException when the size leaves almost nothing for the picture
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
     * Chooses the next rate by the size of the encoded file.
     *
     * @param made size of the file in bytes
     * @throws RejectedMediaException when the file is too large, and no rate makes it smaller
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
        // A file that was reduced once, and is now too small, is kept: another correction could make it too large
        // again.
        boolean tooSmall = passes == 1 && made < LEAST * bytes && made > FULL * bytes;
        if (tooLarge || tooSmall) {
            open = true;
            double used = Math.max(8.0 * made - others, 0.1 * 8 * made);
            double wanted = 8 * AIM * bytes - others;
            rate = Math.max(LOWEST_RATE, rate * wanted / used);
        }
    }

    /** Interprets ffmpeg's errors: returns a refusal when the rate was too low for the encoder; null otherwise. */
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
