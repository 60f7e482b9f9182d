package caravana.media;

import java.math.BigDecimal;
import java.time.Duration;
import org.springframework.util.unit.DataSize;

/** Sizes and durations as people read them: exact, in the largest unit that leaves no fraction. */
public final class Amounts {

    private static final long KIB = 1024;
    private static final long MIB = KIB * KIB;
    private static final long GIB = KIB * MIB;

    private Amounts() {}

    /** Such as {@code 100 MiB}; ops/bin/nginx-settings and the page have the same. */
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

    /** Such as {@code 10 minutes}. */
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

    private static String number(long value, String unit) {
        return value + " " + unit + (value == 1 ? "" : "s");
    }

    /** Without a fraction of zero: 60 and 29.97. */
    public static String number(double value) {
        return BigDecimal.valueOf(value).stripTrailingZeros().toPlainString();
    }
}
