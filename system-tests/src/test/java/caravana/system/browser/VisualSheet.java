package caravana.system.browser;

import static caravana.system.browser.Page.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import caravana.test.Sample;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Pictures of the page's states at three widths, in both languages and both colour schemes, on one HTML page for people to look through.
 * Nothing in a picture reaches past its edge, and axe finds nothing in it. The normal run takes one language and one colour scheme a
 * width, the whole run takes all.
 */
final class VisualSheet {

    /** By state, then by language, width and scheme. */
    private final Map<String, Map<String, String>> pictures = new TreeMap<>();

    private int checked;

    /** The languages in which a run walks through states that a change of language would end, such as dialogs. */
    static List<String> languages() {
        return Sample.WHOLE ? Shape.LANGUAGES : Shape.LANGUAGES.subList(0, 1);
    }

    /** Takes a state in each language. */
    void take(Page page, String state) throws IOException {
        String before = page.language();
        for (String language : Sample.WHOLE ? Shape.LANGUAGES : List.of(before)) {
            choose(page, language);
            takeInOneLanguage(page, state);
        }
        choose(page, before);
    }

    /** Takes a state in the language that is shown. */
    void takeInOneLanguage(Page page, String state) throws IOException {
        double width = page.number("window.innerWidth");
        double height = page.number("window.innerHeight");
        String language = page.language();
        String before = page.scheme();
        for (int i = 0; i < Shape.WIDTHS.size(); i++) {
            int wide = Shape.WIDTHS.get(i);
            page.resize(wide, Shape.HEIGHT);
            await().atMost(SOON).until(() -> page.number("window.innerWidth") == wide);
            for (String scheme : Sample.WHOLE ? Shape.SCHEMES : List.of(Shape.SCHEMES.get(i % 2))) {
                page.prefer(scheme);
                assertThat(page.number("document.scrollingElement.scrollWidth"))
                        .as(() -> state + " " + wide + page.beyondTheEdge())
                        .isLessThanOrEqualTo(wide);
                assertThat(page.barriers())
                        .as(state + " " + language + " " + wide + " " + scheme)
                        .isEmpty();
                String shape = "%s-%d-%s".formatted(language, wide, scheme);
                String picture = "sheet-%s-%s".formatted(state, shape);
                page.wholeScreenshot(picture);
                pictures.computeIfAbsent(state, any -> new TreeMap<>()).put(shape, picture + ".png");
                checked++;
            }
        }
        page.prefer(before);
        page.resize((int) width, (int) height);
    }

    private static void choose(Page page, String language) {
        if (!page.language().equals(language)) {
            page.choose("language", language);
        }
    }

    /** Writes the page, and reports how many pictures were checked. */
    void write() throws IOException {
        if (pictures.isEmpty()) {
            return;
        }
        TreeSet<String> shapes = new TreeSet<>();
        pictures.values().forEach(each -> shapes.addAll(each.keySet()));
        List<String> html = new ArrayList<>();
        html.add("<!doctype html><html lang=en><meta charset=utf-8><title>The page's states</title>");
        html.add(
                "<style>body{font:14px sans-serif;background:#999}td,th{vertical-align:top;text-align:left}img{max-width:240px}</style>");
        html.add("<table><tr><th>state</th>");
        shapes.forEach(shape -> html.add("<th>" + shape + "</th>"));
        html.add("</tr>");
        pictures.forEach((state, each) -> {
            html.add("<tr><th>" + state + "</th>");
            shapes.forEach(shape -> html.add("<td>" + image(each.get(shape), state + " " + shape) + "</td>"));
            html.add("</tr>");
        });
        html.add("</table></html>");
        Path sheet = Page.SCREENSHOTS.resolve("sheet.html");
        Files.createDirectories(sheet.getParent());
        Files.write(sheet, html);
        System.out.printf(
                "RESULT name=page-accessibility value=0 unit=axe-violations target=0 pictures=%d states=%d verdict=pass%n",
                checked, pictures.size());
        System.out.println("The page's states, " + checked + " pictures: " + sheet.toAbsolutePath());
    }

    private static String image(String file, String text) {
        return file == null
                ? ""
                : "<a href=\"%s\"><img src=\"%s\" alt=\"%s\" loading=lazy></a>".formatted(file, file, text);
    }
}
