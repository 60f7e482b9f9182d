package caravana.worker.media;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Brings the sound of a job to a target loudness (EBU R 128). A first run measures it. If the same gain can be applied
 * to all of it, this is enough. If peaks would be clipped, a limiter holds them, and its output is measured until it
 * has the target loudness.
 */
public final class Loudness {

    /** The placeholder for {@link #filter} in the catalogue. */
    static final String VALUE = "loudness";

    /** A filter that leaves the sound as it is. */
    private static final String NOTHING = "anull";

    /**
     * The loudness in LUFS below which sound counts as silence. Sound that is too short to be measured is below it too.
     */
    private static final double SILENCE = -69;

    /** The highest peak in dB, below 0 because an encoder raises peaks a little. */
    private static final double CEILING = -1.5;

    /** The tolerance of the measured loudness in LU; that of the result is 0.5. */
    private static final double TOLERANCE = 0.1;

    /** The difference of the result's loudness in LU from which there is a warning. */
    private static final double MOST_MISSING = 0.4;

    /** The rounding error of a measured peak, as a share of full scale. */
    private static final double PEAK_ROUNDING = 0.0005;

    private static final int MOST_PASSES = 8;

    /** The smallest effect of the limiter on a further gain, as a share of it. */
    private static final double LEAST_SLOPE = 0.2;

    /** Measured values, such as {@code lavfi.r128.I=-23.012} and {@code lavfi.r128.true_peaks_ch0=0.071}. */
    private static final Pattern MEASURED = Pattern.compile("lavfi\\.r128\\.(I|true_peaks_ch[0-9]+)=(-?[0-9.]+)");

    private final double target;
    private double measured = Double.NEGATIVE_INFINITY;
    private double peak;
    private double gain;
    private double before = Double.NaN;
    private double beforeGain;
    private boolean limited;
    private boolean kept;
    private int passes;
    private boolean open = true;

    private Loudness(double target) {
        this.target = target;
    }

    /** @param target in LUFS; null to keep the loudness, without a measurement */
    static Loudness to(Double target) {
        Loudness loudness = new Loudness(target == null ? 0 : target);
        loudness.open = target != null;
        return loudness;
    }

    /** Returns whether the sound must be measured (again). */
    public boolean isOpen() {
        return open;
    }

    /** Returns a warning when the sound does not reach the target. */
    Optional<MediaWarning> warning() {
        if (kept) {
            return Optional.of(MediaWarning.loudnessKept());
        }
        return limited && Math.abs(target - before) > MOST_MISSING
                ? Optional.of(MediaWarning.loudnessMissed(target, before))
                : Optional.empty();
    }

    /** Returns the filter as it is known so far. */
    String filter() {
        if (gain == 0) {
            return NOTHING;
        }
        String volume = String.format(Locale.ROOT, "volume=%.3fdB", gain);
        return limited
                ? volume
                        + String.format(
                                Locale.ROOT,
                                ",alimiter=limit=%.4f:level=disabled:latency=1",
                                Math.pow(10, CEILING / 20))
                : volume;
    }

    /** Processes one line of ffmpeg's measurement. The last values are those of the whole sound. */
    void add(String line) {
        Matcher value = MEASURED.matcher(line);
        if (value.matches()) {
            double number = Double.parseDouble(value.group(2));
            if (value.group(1).equals("I")) {
                measured = number;
            } else {
                peak = Math.max(peak, number + PEAK_ROUNDING);
            }
        }
    }

    /** Chooses the next filter from the measurement. */
    public void take() {
        passes++;
        double missing = target - measured;
        if (passes == 1) {
            kept = measured < SILENCE;
            gain = kept ? 0 : missing;
            limited = 20 * Math.log10(peak) + gain > CEILING;
            open = !kept && limited;
        } else {
            double slope = Double.isNaN(before) ? 1 : (measured - before) / (gain - beforeGain);
            before = measured;
            beforeGain = gain;
            open = Math.abs(missing) > TOLERANCE && passes < MOST_PASSES;
            gain += open ? missing / Math.min(1, Math.max(LEAST_SLOPE, slope)) : 0;
        }
        measured = Double.NEGATIVE_INFINITY;
        peak = 0;
    }
}
