package caravana.measure;

import java.util.Collection;
import java.util.List;
import java.util.Locale;

/** Calculates percentiles and slopes, and formats numbers for people. */
public final class Figures {

    private Figures() {}

    /**
     * The smallest value that so many percent of the values do not exceed.
     *
     * @param percent above 0, at most 100
     * @return NaN when there are no values
     */
    public static double percentile(Collection<Double> values, double percent) {
        List<Double> sorted = values.stream().sorted().toList();
        return sorted.isEmpty() ? Double.NaN : sorted.get((int) Math.ceil(sorted.size() * percent / 100) - 1);
    }

    public static double median(Collection<Double> values) {
        return percentile(values, 50);
    }

    /** How much y grows with each x, by least squares; 0 when all x are the same. */
    public static double slope(List<double[]> points) {
        double meanX = points.stream().mapToDouble(p -> p[0]).average().orElse(0);
        double meanY = points.stream().mapToDouble(p -> p[1]).average().orElse(0);
        double above = points.stream()
                .mapToDouble(p -> (p[0] - meanX) * (p[1] - meanY))
                .sum();
        double below = points.stream()
                .mapToDouble(p -> (p[0] - meanX) * (p[0] - meanX))
                .sum();
        return below == 0 ? 0 : above / below;
    }

    /** For programs: three decimals below 10, so that a ratio can be compared with its target; no exponent. */
    public static String exact(double value) {
        int decimals = value == Math.rint(value) ? 0 : Math.abs(value) < 10 ? 3 : 1;
        return String.format(Locale.ROOT, "%." + decimals + "f", value);
    }

    /** Short, as people read them: two decimals at most, and no exponent. */
    public static String text(double value) {
        if (Double.isNaN(value)) {
            return "–";
        }
        double size = Math.abs(value);
        int decimals = value == Math.rint(value) || size >= 100 ? 0 : size >= 10 ? 1 : 2;
        return String.format(Locale.ROOT, "%." + decimals + "f", value);
    }
}
