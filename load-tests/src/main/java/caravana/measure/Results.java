package caravana.measure;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Prints figures and whether they meet their targets: one line for each as it comes, and all in a table at the end. */
public final class Results {

    private final List<Row> rows = new ArrayList<>();

    private record Row(String name, String value, String unit, String target, String verdict, String detail) {

        /** As programs read it. */
        String line() {
            String figures = value.isEmpty() ? "" : " value=" + value + " unit=" + unit + " target=" + target;
            return "RESULT name=" + name + figures + (detail.isEmpty() ? "" : " " + detail) + " verdict=" + verdict;
        }

        List<String> cells() {
            return List.of(name, value, unit, target, verdict, detail);
        }
    }

    /** A figure that may not be above its target. */
    public void atMost(String name, double value, String unit, double target) {
        atMost(name, value, unit, target, "");
    }

    /**
     * A figure that may not be above its target.
     *
     * @param detail what else a reader has to know, as {@code name=value} with blanks between
     */
    public void atMost(String name, double value, String unit, double target, String detail) {
        add(name, value, unit, "<=" + Figures.exact(target), value <= target, detail);
    }

    /** A figure that may not be below its target. */
    public void atLeast(String name, double value, String unit, double target) {
        atLeast(name, value, unit, target, "");
    }

    /** A figure that may not be below its target; see {@link #atMost(String, double, String, double, String)}. */
    public void atLeast(String name, double value, String unit, double target, String detail) {
        add(name, value, unit, ">=" + Figures.exact(target), value >= target, detail);
    }

    public void skipped(String name, String reason) {
        add(new Row(name, "", "", "", "skipped", "reason=\"" + reason + "\""));
    }

    private void add(String name, double value, String unit, String target, boolean met, String detail) {
        add(new Row(name, Figures.exact(value), unit, target, met ? "pass" : "fail", detail));
    }

    private void add(Row row) {
        rows.add(row);
        System.out.println(row.line());
    }

    /** All of them, in columns as wide as they must be. */
    public String table() {
        List<List<String>> lines = new ArrayList<>();
        lines.add(List.of("name", "value", "unit", "target", "verdict", "detail"));
        rows.forEach(row -> lines.add(row.cells()));
        StringBuilder table = new StringBuilder();
        for (List<String> cells : lines) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < cells.size(); i++) {
                int column = i;
                int width = lines.stream()
                        .mapToInt(other -> other.get(column).length())
                        .max()
                        .orElse(0);
                line.append(String.format(Locale.ROOT, "%-" + (width + 2) + "s", cells.get(i)));
            }
            table.append(line.toString().stripTrailing()).append('\n');
        }
        return table.toString();
    }

    public boolean allMet() {
        return rows.stream().noneMatch(row -> row.verdict().equals("fail"));
    }
}
