package caravana.load;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The report of a run, as one HTML page, and as Markdown with separate pictures. */
final class Report {

    private static final String STYLE = "body{font:15px/1.5 sans-serif;max-width:72em;margin:2em auto;padding:0 1em;"
            + "color:#222;background:#fff}table{border-collapse:collapse}td,th{padding:.2em .7em;border-bottom:1px solid #ddd;"
            + "text-align:right}td:first-child,th:first-child{text-align:left;white-space:nowrap}svg{max-width:100%;height:auto}";

    private final Path folder;
    private final StringBuilder html = new StringBuilder();
    private final StringBuilder markdown = new StringBuilder();

    Report(Path folder, String title) {
        this.folder = folder;
        html.append("<!doctype html>\n<html lang='en'><meta charset='utf-8'><title>" + escaped(title)
                + "</title><style>" + STYLE + "</style>\n<h1>" + escaped(title) + "</h1>\n");
        markdown.append("# " + title + "\n\n");
    }

    void section(String title) {
        html.append("<h2>" + escaped(title) + "</h2>\n");
        markdown.append("## " + title + "\n\n");
    }

    void text(String text) {
        html.append("<p>" + escaped(text) + "</p>\n");
        markdown.append(text + "\n\n");
    }

    void table(List<String> head, List<List<String>> rows) {
        html.append("<table>\n");
        row("th", head);
        rows.forEach(cells -> row("td", cells));
        html.append("</table>\n");
        markdown.append("| " + String.join(" | ", head) + " |\n| --- |" + " ---: |".repeat(head.size() - 1) + "\n");
        rows.forEach(cells -> markdown.append("| " + String.join(" | ", cells) + " |\n"));
        markdown.append("\n");
    }

    private void row(String cell, List<String> texts) {
        html.append("<tr>");
        texts.forEach(text -> html.append("<" + cell + ">" + escaped(text) + "</" + cell + ">"));
        html.append("</tr>\n");
    }

    /** @param name of the drawing's file, without its ending */
    void plot(String name, String caption, String svg) throws IOException {
        Files.writeString(folder.resolve(name + ".svg"), svg);
        html.append("<figure>" + svg + "<figcaption>" + escaped(caption) + "</figcaption></figure>\n");
        markdown.append("![" + caption + "](" + name + ".svg)\n\n");
    }

    /** Writes {@code report.html} and {@code report.md}, and prints where they are. */
    void write() throws IOException {
        Files.writeString(folder.resolve("report.html"), html.append("</html>\n"));
        Files.writeString(folder.resolve("report.md"), markdown);
        System.out.println("report: " + folder.resolve("report.html"));
        System.out.println("report: " + folder.resolve("report.md"));
    }

    static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("'", "&#39;");
    }
}
