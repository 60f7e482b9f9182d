package caravana.load;

import caravana.measure.Figures;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Draws figures as SVG: lines over a common axis, or stacked bars. */
final class Plot {

    /** Points of one line, in the order of x. */
    record Line(String name, List<double[]> points) {}

    /** The parts of one bar, from below, as many as the plot names. */
    record Bar(String name, List<Double> parts) {}

    private static final int WIDTH = 1000;
    private static final int HEIGHT = 340;
    private static final int LEFT = 70;
    private static final int RIGHT = 170;
    private static final int TOP = 16;
    private static final int BOTTOM = 46;
    private static final int TICKS = 5;

    /** They stay apart for the colour-blind, and on paper by their order. */
    private static final List<String> COLOURS =
            List.of("#2a78d6", "#eb6834", "#1baf7a", "#4a3aa7", "#eda100", "#e87ba4", "#008300", "#e34948");

    private final StringBuilder svg = new StringBuilder();
    private final double leastX;
    private final double mostX;
    private final double mostY;

    private Plot(String xLabel, String yLabel, double leastX, double mostX, double mostY) {
        this.leastX = leastX;
        this.mostX = mostX;
        this.mostY = mostY;
        svg.append(String.format(
                Locale.ROOT,
                "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 %d %d' width='%d' height='%d' font-family='sans-serif'"
                        + " font-size='11' fill='#333'><rect width='%d' height='%d' fill='#fff'/>%n",
                WIDTH,
                HEIGHT,
                WIDTH,
                HEIGHT,
                WIDTH,
                HEIGHT));
        for (int i = 0; i <= TICKS; i++) {
            double value = mostY * i / TICKS;
            svg.append(String.format(
                    Locale.ROOT,
                    "<line x1='%d' x2='%d' y1='%.1f' y2='%.1f' stroke='#ddd'/>%n",
                    LEFT,
                    WIDTH - RIGHT,
                    y(value),
                    y(value)));
            text(LEFT - 6, y(value) + 4, "end", Figures.text(value));
        }
        text((LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 8, "middle", xLabel);
        svg.append(String.format(
                Locale.ROOT,
                "<text transform='translate(14 %d) rotate(-90)' text-anchor='middle'>%s</text>%n",
                (TOP + HEIGHT - BOTTOM) / 2,
                Report.escaped(yLabel)));
    }

    /** Lines over a common axis; y begins at 0, x with the first point. */
    static String lines(String xLabel, String yLabel, List<Line> lines) {
        double leastX = lines.stream()
                .flatMap(line -> line.points().stream())
                .mapToDouble(point -> point[0])
                .min()
                .orElse(0);
        double mostX = lines.stream()
                .flatMap(line -> line.points().stream())
                .mapToDouble(point -> point[0])
                .max()
                .orElse(0);
        double mostY = lines.stream()
                .flatMap(line -> line.points().stream())
                .mapToDouble(point -> point[1])
                .max()
                .orElse(0);
        Plot plot = new Plot(xLabel, yLabel, leastX, round(mostX), round(mostY));
        for (int i = 0; i <= TICKS; i++) {
            double value = leastX + (plot.mostX - leastX) * i / TICKS;
            plot.text(plot.x(value), HEIGHT - BOTTOM + 16, "middle", Figures.text(value));
        }
        for (int i = 0; i < lines.size(); i++) {
            String points = lines.get(i).points().stream()
                    .map(p -> String.format(Locale.ROOT, "%.1f,%.1f", plot.x(p[0]), plot.y(p[1])))
                    .collect(Collectors.joining(" "));
            plot.svg.append(
                    "<polyline fill='none' stroke-width='2' stroke='" + colour(i) + "' points='" + points + "'/>\n");
        }
        return plot.finished(lines.stream().map(Line::name).toList());
    }

    /**
     * Stacked bars.
     *
     * @param parts what the parts of each bar are, from below
     */
    static String bars(String xLabel, String yLabel, List<String> parts, List<Bar> bars) {
        double mostY = bars.stream()
                .mapToDouble(bar ->
                        bar.parts().stream().mapToDouble(Double::doubleValue).sum())
                .max()
                .orElse(0);
        Plot plot = new Plot(xLabel, yLabel, 0, bars.size(), round(mostY));
        for (int i = 0; i < bars.size(); i++) {
            double below = 0;
            for (int part = 0; part < parts.size(); part++) {
                double above = below + bars.get(i).parts().get(part);
                plot.svg.append(String.format(
                        Locale.ROOT,
                        "<rect x='%.1f' width='%.1f' y='%.1f' height='%.1f' fill='%s'/>%n",
                        plot.x(i + 0.25),
                        plot.x(i + 0.75) - plot.x(i + 0.25),
                        plot.y(above),
                        plot.y(below) - plot.y(above),
                        colour(part)));
                below = above;
            }
            plot.text(plot.x(i + 0.5), plot.y(below) - 4, "middle", Figures.text(below));
            plot.text(
                    plot.x(i + 0.5), HEIGHT - BOTTOM + 16, "middle", bars.get(i).name());
        }
        return plot.finished(parts);
    }

    private String finished(List<String> legend) {
        for (int i = 0; i < legend.size(); i++) {
            int at = TOP + 8 + i * 18;
            svg.append(String.format(
                    Locale.ROOT,
                    "<rect x='%d' y='%d' width='10' height='10' fill='%s'/>%n",
                    WIDTH - RIGHT + 14,
                    at - 9,
                    colour(i)));
            text(WIDTH - RIGHT + 30, at, "start", legend.get(i));
        }
        return svg.append("</svg>\n").toString();
    }

    private void text(double x, double y, String anchor, String text) {
        svg.append(String.format(
                Locale.ROOT,
                "<text x='%.1f' y='%.1f' text-anchor='%s'>%s</text>%n",
                x,
                y,
                anchor,
                Report.escaped(text)));
    }

    private double x(double value) {
        return LEFT + (value - leastX) / (mostX - leastX) * (WIDTH - LEFT - RIGHT);
    }

    private double y(double value) {
        return HEIGHT - BOTTOM - value / mostY * (HEIGHT - TOP - BOTTOM);
    }

    private static String colour(int i) {
        return COLOURS.get(i % COLOURS.size());
    }

    /** The next number that is 1, 2, 4, 5 or 8 times a power of ten, so that the ticks are readable. */
    private static double round(double most) {
        if (most <= 0) {
            return 1;
        }
        double power = Math.pow(10, Math.floor(Math.log10(most)));
        return Stream.of(1.0, 2.0, 4.0, 5.0, 8.0, 10.0)
                .map(s -> s * power)
                .filter(s -> s >= most)
                .findFirst()
                .orElse(most);
    }
}
