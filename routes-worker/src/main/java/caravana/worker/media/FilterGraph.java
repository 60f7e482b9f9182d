package caravana.worker.media;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Puts fragments of a filter graph together, in ffmpeg's syntax, along one line from the original to the result. */
final class FilterGraph {

    private static final Pattern PLACEHOLDER = Pattern.compile("\\{([a-z_]+)}");

    private final StringBuilder graph = new StringBuilder();
    private final StringBuilder links = new StringBuilder();
    private String from;
    private int labels;

    /** @param from the label of the stream at which it begins, in brackets */
    FilterGraph(String from) {
        this.from = from;
    }

    /** Adds a link to the chain: one filter, or several with commas between them. */
    void link(String filters, Map<String, String> values) {
        links.append(links.isEmpty() ? "" : ",").append(filled(filters, values));
    }

    /** Adds a graph of its own, which reads {@code {in}} and writes {@code {out}}. */
    void graph(String fragment, Map<String, String> values) {
        String in = links.isEmpty() ? from : close("[s" + labels++ + "]");
        String out = "[s" + labels++ + "]";
        String placed = fragment.replace("{in}", in).replace("{out}", out);
        graph.append(graph.isEmpty() ? "" : ";").append(filled(placed, values));
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

    private static String filled(String fragment, Map<String, String> values) {
        Matcher placeholders = PLACEHOLDER.matcher(fragment);
        return placeholders.replaceAll(found -> {
            String value = values.get(found.group(1));
            if (value == null) {
                throw new IllegalStateException("transformations.yaml: a filter names {" + found.group(1)
                        + "}, which is not known; known are " + values.keySet());
            }
            return Matcher.quoteReplacement(value);
        });
    }
}
