package caravana.system.infra;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The alarms of CloudWatch, as {@code modules/observability/alarms.tf} has them, with the variables' defaults. */
final class AlarmRules {

    private static final Pattern RULE = Pattern.compile("(?ms)^    ([a-z-]+)\\s*= \\{\n(.*?)^    }");
    private static final Pattern METRIC = Pattern.compile(
            "(?m)^ *(\\w+)\\s*= \\{ namespace = \\S+, name = (\\S+), stat = \"(\\w+)\", dimensions = (.*?) }$");

    private AlarmRules() {}

    /**
     * One alarm.
     *
     * @param metrics by the names that the expression uses
     * @param period in seconds
     * @param of how many periods it looks at
     * @param any of how many of them the result must be above the threshold
     */
    record Rule(
            String expression,
            double threshold,
            int period,
            int of,
            int any,
            boolean missingBreaches,
            Map<String, Metric> metrics) {}

    /**
     * A metric that an alarm looks at.
     *
     * @param key its name, what it is of, and the value of its further dimension, such as {@code caravana_slots worker free}
     */
    record Metric(String key, String stat) {}

    /** By the alarms' names. */
    static Map<String, Rule> of(String cpuCredits) {
        Map<String, Rule> rules = new TreeMap<>();
        RULE.matcher(local("alarms")).results().forEach(m -> rules.put(m.group(1), rule(m.group(2))));
        RULE.matcher(local("cpu_credits"))
                .results()
                .filter(m -> m.group(1).equals(cpuCredits))
                .forEach(m -> rules.put("cpu-credits", rule(m.group(2))));
        return rules;
    }

    private static Rule rule(String text) {
        Map<String, Metric> metrics = new LinkedHashMap<>();
        METRIC.matcher(text).results().forEach(m -> metrics.put(m.group(1), metric(m)));
        if (text.contains("local.outcomes")) {
            Matcher outcomes = Pattern.compile("in \\[(.*?)]").matcher(local("outcomes"));
            outcomes.find();
            for (String outcome : outcomes.group(1).replace("\"", "").split(", ")) {
                metrics.put(outcome, new Metric("caravana_jobs_total worker " + outcome, "Sum"));
            }
        }
        int of = Integer.parseInt(value(text, "of"));
        String any = value(text, "any");
        return new Rule(
                withDefaults(value(text, "expression")),
                Double.parseDouble(withDefaults("${" + value(text, "threshold") + "}")),
                Integer.parseInt(value(text, "period")),
                of,
                any.isEmpty() ? of : Integer.parseInt(any),
                value(text, "missing").equals("breaching"),
                metrics);
    }

    private static Metric metric(MatchResult m) {
        String name = m.group(2).startsWith("\"") ? m.group(2).replace("\"", "") : "api_seconds";
        Matcher group = Pattern.compile("local\\.(\\w+)").matcher(m.group(4));
        Matcher label = Pattern.compile("\\w+ = \"(\\w+)\"").matcher(m.group(4));
        return new Metric(
                name + (group.find() ? " " + group.group(1) : "") + (label.find() ? " " + label.group(1) : ""),
                m.group(3));
    }

    private static String value(String text, String name) {
        Matcher value = Pattern.compile("(?m)^      " + name + "\\s*= (.*)$").matcher(text);
        return value.find() ? value.group(1).replaceAll("^\"|\"$", "") : "";
    }

    /** With the thresholds' defaults for {@code ${var.thresholds.…}}; a number in such braces is itself. */
    private static String withDefaults(String text) {
        String thresholds = Hcl.module(Checks.TERRAFORM)
                .all("variable", "alarm_thresholds")
                .get(0)
                .get("type");
        return Pattern.compile("\\$\\{(?:var\\.thresholds\\.)?(\\w+)}")
                .matcher(text)
                .replaceAll(m -> {
                    Matcher number = Pattern.compile(m.group(1) + "\\s*= optional\\(number, ([\\d.]+)\\)")
                            .matcher(thresholds);
                    return number.find() ? number.group(1) : m.group(1);
                });
    }

    private static String local(String name) {
        return Hcl.module(Checks.TERRAFORM.resolve("modules/observability")).all("locals").stream()
                .map(locals -> locals.get(name))
                .filter(value -> !value.isEmpty())
                .findFirst()
                .orElseThrow();
    }
}
