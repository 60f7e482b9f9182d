package caravana.load;

import caravana.measure.Figures;
import caravana.measure.Results;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Builds the model of a worker node ({@link Capacity}) from runs with one slot, and compares it with all other runs.
 */
final class ModelCheck {

    /** The median error over the runs that the model was not made from. */
    private static final double ERROR = 0.15;

    /** Videos in one go, for a group as Terraform makes it by default. */
    private static final int BURST = 100;

    private static final Scaling GROUP = new Scaling(1, 120, 180, 90, 1, 3);

    private static final int CPUS = Runtime.getRuntime().availableProcessors();

    /** Nodes by the megabytes of their videos. */
    private final Map<Integer, Capacity> nodes = new TreeMap<>();

    private final List<Prediction> predictions = new ArrayList<>();
    private Capacity stub;

    /** What the model says of a run, and what the run says. */
    private record Prediction(String run, String unit, double predicted, double measured) {

        double error() {
            return predicted / measured - 1;
        }

        List<String> cells() {
            return List.of(
                    run, unit, Figures.text(predicted), Figures.text(measured), Figures.text(100 * error()) + " %");
        }
    }

    /** One worker with one slot has cleared real videos: of this the model is made. */
    void learn(int megabytes, Clearing clearing, double cpuSeconds) {
        nodes.put(megabytes, new Capacity(Figures.median(clearing.services()), cpuSeconds, CPUS));
    }

    /** One worker has cleared real videos, with more slots or of another size. */
    void check(int megabytes, int slots, Clearing clearing) {
        predictions.add(new Prediction(
                clearing.name(),
                "clearing, s",
                node(megabytes).clearingSeconds(clearing.wanted(), 1, slots),
                clearing.makespan()));
    }

    /** Workers with one slot have cleared jobs of the stub; the first of these runs is only learnt from. */
    void stub(int workers, Clearing clearing) {
        if (stub == null) {
            // It takes no CPU, so that nodes do not hinder each other here as they would not on machines of their own.
            stub = new Capacity(Figures.median(clearing.services()), 0, CPUS);
        } else {
            predictions.add(new Prediction(
                    clearing.name(),
                    "clearing, s",
                    stub.clearingSeconds(clearing.wanted(), workers, 1),
                    clearing.makespan()));
        }
    }

    /** Jobs of the stub have come faster than the workers could do them. */
    void arrivals(double perMinute, int workers, Clearing clearing) {
        predictions.add(new Prediction(
                clearing.name(),
                "growth a minute",
                stub.growthPerMinute(perMinute, workers, 1),
                clearing.growthPerMinute()));
    }

    /** Between two sizes that were measured, or on the line through the first and the last. */
    private Capacity node(int megabytes) {
        List<Integer> sizes = List.copyOf(nodes.keySet());
        int from = sizes.get(0);
        int to = sizes.get(sizes.size() - 1);
        return nodes.containsKey(megabytes)
                ? nodes.get(megabytes)
                : nodes.get(from).towards(nodes.get(to), (double) (megabytes - from) / (to - from));
    }

    private static List<String> burst(int megabytes, double work) {
        return List.of(
                megabytes + " MB",
                Figures.text(work),
                String.valueOf(GROUP.wanted(work)),
                Figures.text(GROUP.clearingSeconds(work)),
                Figures.text(work));
    }

    void report(Report report, Results results) throws IOException {
        if (predictions.isEmpty()) {
            return;
        }
        report.section("The model, compared with runs that it was not made from");
        List<List<String>> learnt = new ArrayList<>();
        nodes.forEach((megabytes, node) -> learnt.add(List.of(
                megabytes + " MB",
                Figures.text(node.aloneSeconds()),
                Figures.text(node.cpuSeconds()),
                Figures.text(60 * node.perSecond(1)),
                Figures.text(60 * node.perSecond(2)))));
        report.table(
                List.of("node, by video", "alone s", "CPU s a job", "videos/min, 1 slot", "videos/min, 2 slots"),
                learnt);
        report.table(
                List.of(
                        "a burst of " + BURST,
                        "work, s",
                        "instances wanted",
                        "cleared after s",
                        "by the first alone, s"),
                nodes.entrySet().stream()
                        .map(node ->
                                burst(node.getKey(), BURST * node.getValue().serviceSeconds(1)))
                        .toList());
        report.table(
                List.of("run", "what", "model", "measured", "error"),
                predictions.stream().map(Prediction::cells).toList());
        results.atMost(
                "load-worker-model-error",
                Figures.median(
                        predictions.stream().map(p -> Math.abs(p.error())).toList()),
                "median-ratio",
                ERROR,
                "runs=" + predictions.size() + " most="
                        + Figures.exact(predictions.stream()
                                .mapToDouble(p -> Math.abs(p.error()))
                                .max()
                                .orElseThrow()));
    }
}
