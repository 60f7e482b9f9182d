package caravana.checks;

import java.util.Map;
import java.util.function.Consumer;
import org.apache.camel.util.TimeUtils;

/** Checks the settings of retries: options that Camel accepts, but that have another effect together. */
final class RedeliveryRules implements FileRule {

    /** What makes no difference without another option. */
    private static final Map<String, String> NEEDS =
            Map.of("backOffMultiplier", "useExponentialBackOff", "collisionAvoidanceFactor", "useCollisionAvoidance");

    /** Camel's own, when the policy says nothing: longer delays are cut. */
    private static final String LONGEST = "60000";

    @Override
    public void check(RouteFile file, Consumer<Finding> report) {
        file.elements()
                .forEach(element -> element.get("redeliveryPolicy")
                        .filter(Element::isMapping)
                        .ifPresent(policy -> policy(file.name(), policy, report)));
    }

    private static void policy(String file, Element policy, Consumer<Finding> report) {
        if (policy.text("maximumRedeliveries").matches("-\\d+")) {
            report.accept(finding(
                    file,
                    policy.line("maximumRedeliveries"),
                    "maximumRedeliveries: " + policy.text("maximumRedeliveries")
                            + " tries a failed step again for ever, and what is behind it waits",
                    "Write how often: 0 or more"));
        }
        NEEDS.forEach((option, needed) -> {
            String text = policy.text(needed);
            if (policy.get(option).isPresent() && (text.isEmpty() || text.equals("false"))) {
                report.accept(finding(
                        file,
                        policy.line(option),
                        option + " makes no difference without " + needed,
                        "Add " + needed + ": true, or delete " + option));
            }
        });
        String longest = policy.text("maximumRedeliveryDelay");
        long most = millis(longest.isEmpty() ? LONGEST : longest);
        long delay = millis(policy.text("redeliveryDelay"));
        if (most > 0 && delay > most && policy.get("delayPattern").isEmpty()) {
            report.accept(finding(
                    file,
                    policy.line(longest.isEmpty() ? "redeliveryDelay" : "maximumRedeliveryDelay"),
                    "redeliveryDelay " + policy.text("redeliveryDelay")
                            + " is longer than maximumRedeliveryDelay, which is "
                            + (longest.isEmpty() ? LONGEST + " unless the policy says another" : longest)
                            + ": Camel would wait no longer than that",
                    "Write a maximumRedeliveryDelay that is at least the redeliveryDelay"));
        }
    }

    /** Of a duration in milliseconds or with its unit; -1 of anything else, such as a setting. */
    private static long millis(String text) {
        return text.matches("(\\d+(d|h|ms|m|s)?)+") ? TimeUtils.toMilliSeconds(text) : -1;
    }

    private static Finding finding(String file, int line, String what, String instead) {
        return new Finding(file, line, "redelivery-policy", what, instead);
    }
}
