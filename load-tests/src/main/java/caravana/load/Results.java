package caravana.load;

import java.util.Locale;

/** Prints figures and whether they are what they have to be, one line each. */
final class Results {

    private boolean allMet = true;

    /** A figure that may not be above its target. */
    void atMost(String name, double value, String unit, double target) {
        tell(name, value, unit, "<=", target, value <= target);
    }

    /** A figure that may not be below its target. */
    void atLeast(String name, double value, String unit, double target) {
        tell(name, value, unit, ">=", target, value >= target);
    }

    void skipped(String name, String reason) {
        System.out.println("RESULT name=" + name + " verdict=skipped reason=\"" + reason + "\"");
    }

    private void tell(String name, double value, String unit, String sign, double target, boolean met) {
        allMet &= met;
        System.out.printf(
                Locale.ROOT,
                "RESULT name=%s value=%s unit=%s target=%s%s verdict=%s%n",
                name,
                Figures.text(value),
                unit,
                sign,
                Figures.text(target),
                met ? "pass" : "fail");
    }

    boolean allMet() {
        return allMet;
    }
}
