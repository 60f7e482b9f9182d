package caravana.system.browser;

import caravana.test.Sample;
import java.util.ArrayList;
import java.util.List;

/**
 * How a person sees the page.
 *
 * @param language {@code en} or {@code es}
 * @param width of the window, in pixels
 * @param scheme {@code light} or {@code dark}
 */
record Shape(String language, int width, String scheme) {

    static final List<String> LANGUAGES = List.of("en", "es");
    static final List<Integer> WIDTHS = List.of(360, 768, 1440);
    static final List<String> SCHEMES = List.of("light", "dark");
    static final int HEIGHT = 900;

    private static final List<Shape> ALL = all();
    private static final List<Shape> OF_RUN = drawn();

    private static List<Shape> all() {
        List<Shape> all = new ArrayList<>();
        for (String language : LANGUAGES) {
            for (int width : WIDTHS) {
                SCHEMES.forEach(scheme -> all.add(new Shape(language, width, scheme)));
            }
        }
        return List.copyOf(all);
    }

    /** The shapes in which this run walks through a flow: one by its seed, so that 12 seeds in a row have all; the long run has all. */
    static List<Shape> ofRun() {
        return OF_RUN;
    }

    private static List<Shape> drawn() {
        if (Sample.LONG) {
            return ALL;
        }
        Shape drawn = ALL.get(Math.floorMod(Sample.SEED, ALL.size()));
        System.out.println("Flows of the page, by seed " + Sample.SEED + ": " + drawn);
        Sample.leave("shapes of the page: " + (ALL.size() - 1) + " of " + ALL.size());
        return List.of(drawn);
    }

    @Override
    public String toString() {
        return language + ", " + width + " px, " + scheme;
    }
}
