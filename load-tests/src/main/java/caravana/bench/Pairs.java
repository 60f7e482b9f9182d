package caravana.bench;

import caravana.measure.Figures;
import java.util.ArrayList;
import java.util.List;

/**
 * The same work done in two ways, by turns, so that whatever else the machine does hits both. Only their ratio is compared
 * with a target.
 */
final class Pairs {

    private final List<Double> ours = new ArrayList<>();
    private final List<Double> theirs = new ArrayList<>();
    private final String unit;

    private Pairs(String unit) {
        this.unit = unit;
    }

    /** One way to do it. */
    interface Side {
        double measure() throws Exception;
    }

    /**
     * Measures pairs, each beginning with the side that the last one ended with.
     *
     * @param times how many pairs
     * @param unit of what both sides give
     * @param what is compared with what, as {@code ours ÷ theirs}, for people
     */
    static Pairs measure(int times, String unit, String what, Side ours, Side theirs) throws Exception {
        Pairs pairs = new Pairs(unit);
        for (int i = 0; i < times; i++) {
            if (i % 2 == 0) {
                pairs.ours.add(ours.measure());
                pairs.theirs.add(theirs.measure());
            } else {
                pairs.theirs.add(theirs.measure());
                pairs.ours.add(ours.measure());
            }
            System.out.println(what + ": " + Figures.text(pairs.ours.get(i)) + " ÷ " + Figures.text(pairs.theirs.get(i))
                    + " " + unit + " = " + Figures.exact(pairs.ratios().get(i)));
        }
        return pairs;
    }

    private List<Double> ratios() {
        List<Double> ratios = new ArrayList<>();
        for (int i = 0; i < theirs.size(); i++) {
            ratios.add(ours.get(i) / theirs.get(i));
        }
        return ratios;
    }

    /** The median of the pairs' ratios, ours ÷ theirs. */
    double ratio() {
        return Figures.median(ratios());
    }

    /** The median of our side. */
    double ours() {
        return Figures.median(ours);
    }

    /** The median of the other side. */
    double theirs() {
        return Figures.median(theirs);
    }

    /** Medians of both sides and the spread of the ratios, as a result's detail. */
    String detail() {
        List<Double> sorted = ratios().stream().sorted().toList();
        return "spread=" + Figures.exact(sorted.get(0)) + ".." + Figures.exact(sorted.get(sorted.size() - 1))
                + " pairs=" + sorted.size() + " ours=" + Figures.text(ours()) + unit + " theirs="
                + Figures.text(theirs()) + unit;
    }
}
