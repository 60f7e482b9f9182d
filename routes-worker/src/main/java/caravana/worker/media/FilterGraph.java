package caravana.worker.media;

/** Joins fragments of a filter graph in ffmpeg's syntax, in one chain from the original to the result. */
final class FilterGraph {

    private final StringBuilder graph = new StringBuilder();
    private final StringBuilder links = new StringBuilder();
    private String from;
    private int labels;

    /** @param from the label of the stream at which it begins, in brackets */
    FilterGraph(String from) {
        this.from = from;
    }

    /** Adds a link to the chain: one filter, or several with commas between them. */
    void link(String filters) {
        links.append(links.isEmpty() ? "" : ",").append(filters);
    }

    /** Adds a graph of its own, which reads {@code {in}} and writes {@code {out}}. */
    void graph(String fragment) {
        String in = links.isEmpty() ? from : close("[s" + labels++ + "]");
        String out = "[s" + labels++ + "]";
        graph.append(graph.isEmpty() ? "" : ";")
                .append(fragment.replace("{in}", in).replace("{out}", out));
        from = out;
    }

    /** The whole graph, which ends at that label. It has to end with a link. */
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
