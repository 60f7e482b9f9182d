package caravana.bench;

import caravana.measure.Figures;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Measures two ways of doing the same work alternately, so that other load of the machine affects both. Only their
 * ratio is compared with a target.
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

    /** One way to do it, when a run gives several figures: by their names. */
    interface Run {
        Map<String, Double> measure() throws Exception;
    }

    /**
     * Measures pairs, each beginning with the side that the last one ended with.
     *
     * @param times how many pairs
     * @param unit of what both sides give
     * @param what is compared with what, as {@code ours ÷ theirs}, for people
     */
    static Pairs measure(int times, String unit, String what, Side ours, Side theirs) throws Exception {
        return measureAll(times, unit, () -> Map.of(what, ours.measure()), () -> Map.of(what, theirs.measure()))
                .get(what);
    }

    /** The same for several figures, by their names, which say what is compared with what. */
    static Map<String, Pairs> measureAll(int times, String unit, Run ours, Run theirs) throws Exception {
        Map<String, Pairs> all = new LinkedHashMap<>();
        for (int i = 0; i < times; i++) {
            Map<String, Double> our;
            Map<String, Double> their;
            if (i % 2 == 0) {
                our = ours.measure();
                their = theirs.measure();
            } else {
                their = theirs.measure();
                our = ours.measure();
            }
            our.forEach((what, value) ->
                    all.computeIfAbsent(what, first -> new Pairs(unit)).add(what, value, their.get(what)));
        }
        return all;
    }

    private void add(String what, double our, double their) {
        ours.add(our);
        theirs.add(their);
        System.out.println(what + ": " + Figures.text(our) + " ÷ " + Figures.text(their) + " " + unit + " = "
                + Figures.exact(our / their));
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

    /** The median of the pairs' differences, ours − theirs. */
    double difference() {
        List<Double> differences = new ArrayList<>();
        for (int i = 0; i < theirs.size(); i++) {
            differences.add(ours.get(i) - theirs.get(i));
        }
        return Figures.median(differences);
    }

    /** The median of our side. */
    double ours() {
        return Figures.median(ours);
    }

    /** The median of the other side. */
    double theirs() {
        return Figures.median(theirs);
    }

    /** The spread of the ratios and medians of both sides, as a result's detail. */
    String detail() {
        return detail("ours", "theirs");
    }

    /** The same, with other names for the sides. */
    String detail(String ours, String theirs) {
        List<Double> sorted = ratios().stream().sorted().toList();
        return "spread=" + Figures.exact(sorted.get(0)) + ".." + Figures.exact(sorted.get(sorted.size() - 1))
                + " pairs=" + sorted.size() + " " + ours + "=" + Figures.text(ours()) + unit + " " + theirs + "="
                + Figures.text(theirs()) + unit;
    }
}
