package caravana.local.traces;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;
import java.util.concurrent.TimeUnit;

/**
 * Draws traces as pages without scripts: one line for each span, indented below its parent, with a bar on the common
 * time axis.
 */
final class Waterfall {

    private static final String HEAD = """
            <!doctype html><html lang="en"><meta charset="utf-8"><title>Caravana traces</title><style>
            body{font:14px system-ui,sans-serif;margin:1rem}table{border-collapse:collapse;width:100%}
            td,th{text-align:left;padding:2px 8px;white-space:nowrap}tr:hover{background:#eef}
            .time{width:50%}.bar{background:#48c;height:12px;min-width:1px}.failed .bar{background:#c33}
            .failed td:first-child{color:#c33}small{color:#666;white-space:normal}</style>
            """;

    private static final double MILLIS = 1e6;
    private static final double PERCENT = 100;

    private Waterfall() {}

    /** All traces, the newest first. */
    static String list(Map<String, List<ReceivedSpan>> traces) {
        List<String> rows = new ArrayList<>();
        traces.forEach((id, spans) -> {
            ReceivedSpan first = first(spans);
            rows.add("<tr><td>%s<td><a href=\"/traces/%s\">%s</a><td>%d<td>%s<td>%s%n"
                    .formatted(
                            time(first.started()),
                            id,
                            text(first.name()),
                            spans.size(),
                            millis(end(spans) - first.started()),
                            text(video(spans))));
        });
        StringJoiner page = new StringJoiner("", HEAD, "</table></html>");
        page.add("<h1>Traces</h1><p>" + rows.size() + " of the newest</p>"
                + "<table><tr><th>began<th>first span<th>spans<th>took<th>video");
        for (int i = rows.size() - 1; i >= 0; i--) {
            page.add(rows.get(i));
        }
        return page.toString();
    }

    /** One trace; null when there is none. */
    static String of(List<ReceivedSpan> spans) {
        if (spans.isEmpty()) {
            return null;
        }
        Map<String, List<ReceivedSpan>> below = new HashMap<>();
        Set<String> known = new HashSet<>();
        spans.forEach(span -> known.add(span.spanId()));
        spans.stream()
                .sorted(Comparator.comparingLong(ReceivedSpan::started))
                // What continues from a span that is not here, a caller's for instance, stands at the margin.
                .forEach(span -> below.computeIfAbsent(
                                known.contains(span.parentId()) ? span.parentId() : "", id -> new ArrayList<>())
                        .add(span));
        StringBuilder page = new StringBuilder(HEAD);
        page.append("<p><a href=\"/\">all traces</a></p><h1>")
                .append(text(first(spans).name()))
                .append("</h1><p>")
                .append(text(first(spans).traceId()))
                .append("</p><table><tr><th>span<th>app<th>took<th class=\"time\">");
        draw(page, below, "", 0, first(spans).started(), end(spans));
        return page.append("</table></html>").toString();
    }

    private static void draw(
            StringBuilder page, Map<String, List<ReceivedSpan>> below, String parent, int depth, long from, long to) {
        for (ReceivedSpan span : below.getOrDefault(parent, List.of())) {
            double all = Math.max(1, to - from);
            page.append("<tr%s><td style=\"padding-left:%dpx\">%s %s<td>%s<td>%s<td>"
                            .formatted(
                                    span.failed() ? " class=\"failed\"" : "",
                                    8 + 16 * depth,
                                    text(span.name()),
                                    details(span),
                                    text(span.service()),
                                    millis(span.ended() - span.started())))
                    .append("<div class=\"bar\" style=\"margin-left:%.2f%%;width:%.2f%%\"></div>%n"
                            .formatted(
                                    PERCENT * (span.started() - from) / all,
                                    PERCENT * (span.ended() - span.started()) / all));
            draw(page, below, span.spanId(), depth + 1, from, to);
        }
    }

    private static String details(ReceivedSpan span) {
        StringJoiner details = new StringJoiner(" · ", "<small>", "</small>").setEmptyValue("");
        span.attributes().forEach((name, value) -> details.add(text(name + "=" + value)));
        span.links()
                .forEach(link -> details.add(
                        "links to <a href=\"/traces/%1$s\">%2$s</a>".formatted(link.traceId(), link.spanId())));
        span.events()
                .forEach(event -> details.add(text(
                        event.name() + " after " + millis(event.nanos() - span.started()) + " " + event.attributes())));
        return details.toString();
    }

    private static ReceivedSpan first(List<ReceivedSpan> spans) {
        return spans.stream()
                .min(Comparator.comparingLong(ReceivedSpan::started))
                .orElseThrow();
    }

    private static long end(List<ReceivedSpan> spans) {
        return spans.stream().mapToLong(ReceivedSpan::ended).max().orElseThrow();
    }

    private static String video(List<ReceivedSpan> spans) {
        return spans.stream()
                .map(span -> span.attributes().get("caravana.video_id"))
                .filter(id -> id != null)
                .findFirst()
                .orElse("");
    }

    private static String time(long nanos) {
        return Instant.ofEpochMilli(TimeUnit.NANOSECONDS.toMillis(nanos))
                .truncatedTo(ChronoUnit.SECONDS)
                .toString();
    }

    private static String millis(long nanos) {
        return "%.1f ms".formatted(nanos / MILLIS);
    }

    private static String text(String value) {
        return value.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
