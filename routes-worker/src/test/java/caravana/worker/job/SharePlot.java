package caravana.worker.job;

import caravana.worker.job.SimulatedTime.Served;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Draws what accounts got over time, divided by their weights: those that always have work rise side by side. */
final class SharePlot {

    private static final int WIDTH = 900;
    private static final int HEIGHT = 420;
    private static final int LEFT = 60;
    private static final int RIGHT = 190;
    private static final int TOP = 16;
    private static final int BOTTOM = 46;
    private static final List<String> COLOURS = List.of(
            "#2a78d6", "#eb6834", "#1baf7a", "#4a3aa7", "#eda100", "#e87ba4", "#008300", "#e34948", "#6b7280",
            "#0e7490");

    private SharePlot() {}

    /**
     * @param sent jobs of each account
     * @param until in seconds
     */
    static void write(
            Path file, List<Served> all, Map<String, Integer> weights, Map<String, Integer> sent, double until)
            throws IOException {
        Map<String, StringBuilder> lines = new TreeMap<>();
        Map<String, Double> sums = new TreeMap<>();
        double most = 0;
        for (String account : weights.keySet()) {
            double sum = 0;
            for (Served done : of(all, account)) {
                sum += done.seconds() / weights.get(account);
            }
            most = Math.max(most, sum);
        }
        for (String account : weights.keySet()) {
            StringBuilder line = new StringBuilder(point(0, 0, until, most));
            double sum = 0;
            for (Served done : of(all, account)) {
                sum += done.seconds() / weights.get(account);
                line.append(point(done.ended(), sum, until, most));
            }
            lines.put(account, line);
            sums.put(account, sum);
        }
        StringBuilder svg = new StringBuilder(String.format(
                Locale.ROOT,
                "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 %d %d' font-family='sans-serif' font-size='11'"
                        + " fill='#333'><rect width='%d' height='%d' fill='#fff'/>%n",
                WIDTH,
                HEIGHT,
                WIDTH,
                HEIGHT));
        for (int i = 0; i <= 5; i++) {
            double y = HEIGHT - BOTTOM - (double) i / 5 * (HEIGHT - TOP - BOTTOM);
            svg.append(String.format(
                    Locale.ROOT,
                    "<line x1='%d' x2='%d' y1='%.1f' y2='%.1f' stroke='#ddd'/><text x='%d' y='%.1f'"
                            + " text-anchor='end'>%.0f</text>%n",
                    LEFT,
                    WIDTH - RIGHT,
                    y,
                    y,
                    LEFT - 6,
                    y + 4,
                    most * i / 5));
            svg.append(String.format(
                    Locale.ROOT,
                    "<text x='%.1f' y='%d' text-anchor='middle'>%.0f</text>%n",
                    LEFT + (double) i / 5 * (WIDTH - LEFT - RIGHT),
                    HEIGHT - BOTTOM + 16,
                    until * i / 5));
        }
        svg.append(String.format("<text x='%d' y='%d'>seconds</text>%n", LEFT, HEIGHT - 8));
        svg.append(String.format(
                "<text transform='translate(14 %d) rotate(-90)' text-anchor='middle'>seconds of work ÷ weight</text>%n",
                HEIGHT / 2));
        int number = 0;
        for (String account : weights.keySet().stream()
                .sorted(Comparator.comparing(sums::get).reversed())
                .toList()) {
            String colour = COLOURS.get(number % COLOURS.size());
            svg.append(String.format(
                    "<polyline fill='none' stroke='%s' stroke-width='1.5' points='%s'/>%n",
                    colour, lines.get(account)));
            svg.append(String.format(
                    "<text x='%d' y='%d' fill='%s'>weight %d, %d jobs sent</text>%n",
                    WIDTH - RIGHT + 10, TOP + 14 + 18 * number++, colour, weights.get(account), sent.get(account)));
        }
        Files.createDirectories(file.toAbsolutePath().getParent());
        Files.writeString(file, svg.append("</svg>\n"));
    }

    private static List<Served> of(List<Served> all, String account) {
        return all.stream()
                .filter(done -> done.account().equals(account))
                .sorted(Comparator.comparingDouble(Served::ended))
                .toList();
    }

    private static String point(double at, double value, double until, double most) {
        return String.format(
                Locale.ROOT,
                "%.1f,%.1f ",
                LEFT + at / until * (WIDTH - LEFT - RIGHT),
                HEIGHT - BOTTOM - value / most * (HEIGHT - TOP - BOTTOM));
    }
}
