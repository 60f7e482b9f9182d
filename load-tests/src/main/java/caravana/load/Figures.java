package caravana.load;

import java.util.Collection;
import java.util.List;
import java.util.Locale;

/** Percentiles, slopes, and numbers as people read them. */
final class Figures {

    private Figures() {}

    /**
     * The smallest value that so many percent of the values do not exceed.
     *
     * @param percent above 0, at most 100
     * @return NaN when there are no values
     */
    static double percentile(Collection<Double> values, double percent) {
        List<Double> sorted = values.stream().sorted().toList();
        return sorted.isEmpty() ? Double.NaN : sorted.get((int) Math.ceil(sorted.size() * percent / 100) - 1);
    }

    static double median(Collection<Double> values) {
        return percentile(values, 50);
    }

    /** How much y grows with each x, by least squares; 0 when all x are the same. */
    static double slope(List<double[]> points) {
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

    /** Short, as people read them: two decimals at most, and no exponent. */
    static String text(double value) {
        if (Double.isNaN(value)) {
            return "–";
        }
        double size = Math.abs(value);
        int decimals = value == Math.rint(value) || size >= 100 ? 0 : size >= 10 ? 1 : 2;
        return String.format(Locale.ROOT, "%." + decimals + "f", value);
    }
}
