package caravana.worker.media;

/** Joins fragments of a filter graph in ffmpeg's syntax, in one chain from the original to the result. */
final class FilterGraph {

    private final StringBuilder graph = new StringBuilder();
    private final StringBuilder links = new StringBuilder();
    private String from;
    private int labels;

    /** @param from the label of the stream at which the graph begins, in brackets */
    FilterGraph(String from) {
        this.from = from;
    }

    /** Adds one filter, or several that are separated by commas. */
    void link(String filters) {
        links.append(links.isEmpty() ? "" : ",").append(filters);
    }

    /** Adds a subgraph that reads {@code {in}} and writes {@code {out}}. */
    void graph(String fragment) {
        String in = links.isEmpty() ? from : close("[s" + labels++ + "]");
        String out = "[s" + labels++ + "]";
        graph.append(graph.isEmpty() ? "" : ";")
                .append(fragment.replace("{in}", in).replace("{out}", out));
        from = out;
    }

    /** Returns the whole graph, which ends at that label. The last addition must be {@link #link}. */
    String endAt(String label) {
        close(label);
        return graph.toString();
    }

    private String close(String label) {
        graph.append(graph.isEmpty() ? "" : ";").append(from).append(links).append(label);
        links.setLength(0);
        return label;
    }
}
