package caravana.media;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import org.springframework.util.unit.DataSize;

/** Formats sizes and durations for people: exact, in the largest unit that leaves no fraction. */
public final class Amounts {

    private static final long KIB = 1024;
    private static final long MIB = KIB * KIB;
    private static final long GIB = KIB * MIB;

    private Amounts() {}

    /**
     * Formats a size, such as {@code 100 MiB}. {@code ops/bin/nginx-settings} and the page format sizes in the same
     * way.
     */
    public static String size(DataSize size) {
        long bytes = size.toBytes();
        if (bytes >= GIB && bytes % GIB == 0) {
            return bytes / GIB + " GiB";
        }
        if (bytes >= MIB && bytes % MIB == 0) {
            return bytes / MIB + " MiB";
        }
        if (bytes >= KIB && bytes % KIB == 0) {
            return bytes / KIB + " KiB";
        }
        return bytes + " bytes";
    }

    /** Formats a duration, such as {@code 10 minutes}. */
    public static String duration(Duration duration) {
        if (!duration.isZero() && duration.equals(Duration.ofHours(duration.toHours()))) {
            return number(duration.toHours(), "hour");
        }
        if (!duration.isZero() && duration.equals(Duration.ofMinutes(duration.toMinutes()))) {
            return number(duration.toMinutes(), "minute");
        }
        BigDecimal seconds = BigDecimal.valueOf(duration.toMillis(), 3).stripTrailingZeros();
        return seconds.toPlainString() + (seconds.equals(BigDecimal.ONE) ? " second" : " seconds");
    }

    /**
     * Formats a measured length to the tenth of a second, such as {@code 12 minutes 30.5 seconds}.
     *
     * @param rounding the direction of rounding, so that a length over a limit is not rounded to the limit
     */
    public static String length(double seconds, RoundingMode rounding) {
        // A difference of less than a thousandth is a measuring error.
        BigDecimal tenths =
                BigDecimal.valueOf(seconds).setScale(3, RoundingMode.HALF_UP).setScale(1, rounding);
        long minutes = tenths.longValue() / 60;
        BigDecimal rest = tenths.subtract(BigDecimal.valueOf(minutes * 60));
        String text = (minutes >= 60 ? number(minutes / 60, "hour") + " " : "")
                + (minutes % 60 > 0 ? number(minutes % 60, "minute") + " " : "");
        boolean needed = rest.signum() > 0 || text.isEmpty();
        String unit = rest.compareTo(BigDecimal.ONE) == 0 ? " second" : " seconds";
        return (text + (needed ? number(rest.doubleValue()) + unit : "")).strip();
    }

    private static String number(long value, String unit) {
        return value + " " + unit + (value == 1 ? "" : "s");
    }

    /** Formats a number without trailing zeros, such as 60 and 29.97. */
    public static String number(double value) {
        return BigDecimal.valueOf(value).stripTrailingZeros().toPlainString();
    }
}
