package caravana.system.infra;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.text.SimpleDateFormat;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;

/**
 * The costs in {@code docs/deploy.md}: computed from {@code infra/costs/prices.yaml} and from what Terraform and the
 * CloudWatch agent's configuration make by default. When one of them changes, the document has to.
 */
class CostsTest {

    private static final Path DOCUMENT = Checks.ROOT.resolve("docs/deploy.md");
    private static final String BEGIN = "<!-- costs: computed by CostsTest -->\n";
    private static final String END = "<!-- /costs -->";

    /** Metrics of EC2's detailed monitoring, of an instance. */
    private static final int DETAILED = 7;

    /** What an instance logs of its own in a month without load, and what the metrics take on their way, in GB. */
    private static final double LOGS_GB = 1.3;

    private static final double LCU_SHARE = 0.1;
    private static final int RECEIVES_AT_A_TIME = 2;

    private final Map<String, Object> prices =
            new Yaml().load(Checks.read(Checks.ROOT.resolve("infra/costs/prices.yaml")));
    private final double hours = price("hours_per_month");
    private final Hcl.Block root = Hcl.module(Checks.TERRAFORM);

    /** One way to deploy. */
    private record Variant(String name, String instance, int natGateways, boolean standby) {}

    /** A receipt would say another price than the document. */
    @Test
    void receiptsHaveThePricesOfTheList() {
        String settings = Checks.read(Checks.ROOT.resolve("routes-web/src/main/resources/application.yaml"));
        Map<?, ?> instance = (Map<?, ?>) ((Map<?, ?>) prices.get("instances")).get(text("instance_type"));
        double processor = ((Number) instance.get("hour")).doubleValue() / ((Number) instance.get("vcpus")).intValue();

        assertThat(settings)
                .contains("${CARAVANA_PRICES_AS_OF:" + day() + "}")
                .contains("${CARAVANA_PRICE_CPU_HOUR:" + processor + "}")
                .contains("${CARAVANA_PRICE_STORAGE_GB_MONTH:" + price("objects_gb") + "}");
    }

    private String day() {
        return new SimpleDateFormat("yyyy-MM-dd", Locale.ROOT).format((Date) prices.get("date"));
    }

    @Test
    void theDocumentHasTheComputedCosts() {
        int zones = number("zone_count");
        List<Variant> variants = List.of(
                new Variant(
                        "by default",
                        text("instance_type"),
                        zones,
                        text("database_multi_az").equals("true")),
                new Variant(
                        "arm64", "t4g.small", zones, text("database_multi_az").equals("true")),
                new Variant("minimal", text("instance_type"), 1, false));
        String computed = "At the list prices of `infra/costs/prices.yaml` (" + prices.get("region") + ", "
                + day() + "), in US dollars a month of " + (int) hours + " hours:\n\n" + atRest(variants) + "\n"
                + busy() + "\n"
                + perThousandVideos();

        String document = Checks.read(DOCUMENT);
        int begin = document.indexOf(BEGIN);
        String there = begin < 0
                ? "nothing"
                : document.substring(begin + BEGIN.length(), document.indexOf(END))
                        .strip();
        if (!there.equals(computed.strip())) {
            System.out.println("docs/deploy.md has to have, from " + BEGIN.strip() + " to " + END + ":\n" + computed);
        }
        Checks.report(
                "infra-costs",
                variants.size(),
                there.equals(computed.strip()) ? List.of() : List.of("other costs are documented"));
    }

    /** Each custom metric is paid for: the agents select those that an alarm uses, and log no others. */
    @Test
    void agentsSendWhatAlarmsUse() {
        List<String> findings = new ArrayList<>();
        int selected = 0;
        for (String tier : List.of("web", "worker")) {
            Set<String> used = customMetrics().stream()
                    .filter(key -> key.startsWith("caravana_") || key.startsWith("hikaricp_"))
                    .filter(key -> key.contains(" " + tier))
                    .map(key -> key.split(" ")[0])
                    .collect(Collectors.toCollection(TreeSet::new));
            Set<String> sent = new TreeSet<>();
            String agent = Checks.read(Checks.ROOT.resolve("infra/packer/cloudwatch/" + tier + "/agent.json"));
            Pattern.compile("\"\\^(\\w+)\\$\"").matcher(agent).results().forEach(m -> sent.add(m.group(1)));
            selected += sent.size();
            if (!sent.equals(used)) {
                findings.add("%s sends %s, and alarms use %s".formatted(tier, sent, used));
            }
            String scraped = Checks.read(Checks.ROOT.resolve("infra/packer/cloudwatch/" + tier + "/prometheus.yaml"));
            String keep = Pattern.compile("regex: (.*)\n\\s+action: keep")
                    .matcher(scraped)
                    .results()
                    .map(m -> m.group(1))
                    .findFirst()
                    .orElse("");
            Set<String> kept = new TreeSet<>();
            Pattern.compile("(?:caravana|hikaricp)_\\w+")
                    .matcher(keep)
                    .results()
                    .forEach(m -> kept.add(m.group()));
            if (!kept.equals(used)) {
                findings.add("%s logs %s, and alarms use %s".formatted(tier, kept, used));
            }
            // The series of one name that are kept are those that an alarm looks at.
            for (String key : customMetrics()) {
                String[] parts = key.split(" ");
                if (parts.length > 2 && parts[1].equals(tier) && !keep.contains(parts[2])) {
                    findings.add("%s does not log %s".formatted(tier, key));
                }
            }
        }
        Checks.report("infra-metrics", selected, findings);
    }

    private String atRest(List<Variant> variants) {
        int instances = number("asg_web_min") + number("asg_worker_min");
        int zones = number("zone_count");
        int volume = number("volume_gib");
        int alarmMetrics = AlarmRules.of("unlimited").values().stream()
                        .mapToInt(rule -> rule.metrics().size())
                        .sum()
                + scalingMetrics();
        int custom = customMetrics().size();
        List<List<Double>> rows = new ArrayList<>();
        StringBuilder table = new StringBuilder();
        table.append("| at rest | ")
                .append(variants.stream().map(Variant::name).collect(Collectors.joining(" | ")))
                .append(" |\n| --- |")
                .append(" ---: |".repeat(variants.size()))
                .append("\n");
        row(
                table,
                rows,
                instances + " instances (" + text("instance_type") + "; arm64: t4g.small)",
                variants,
                v -> instances * hours * of("instances", v.instance(), "hour"));
        row(
                table,
                rows,
                instances + " volumes of " + volume + " GiB",
                variants,
                v -> instances * volume * price("volume_gib"));
        row(
                table,
                rows,
                "load balancer, with a capacity unit for a tenth of the time",
                variants,
                v -> hours * (price("balancer_hour") + LCU_SHARE * price("balancer_capacity_unit_hour")));
        row(
                table,
                rows,
                "NAT gateways: " + variants.get(0).natGateways() + " (minimal: 1)",
                variants,
                v -> v.natGateways() * hours * price("nat_gateway_hour"));
        row(
                table,
                rows,
                "public addresses of the load balancer (" + zones + ") and the NAT gateways",
                variants,
                v -> (zones + v.natGateways()) * hours * price("public_address_hour"));
        row(
                table,
                rows,
                "database (" + text("database_instance_class") + ") with " + number("database_storage_gib")
                        + " GiB, with a standby (minimal: without)",
                variants,
                v -> {
                    String kind = v.standby() ? "multi_az" : "single";
                    return hours * of("database_hour", text("database_instance_class"), kind)
                            + number("database_storage_gib") * of("database_gib", kind);
                });
        row(
                table,
                rows,
                "cache, one node (" + text("cache_node_type") + ")",
                variants,
                v -> hours * of("cache_node_hour", text("cache_node_type")));
        row(
                table,
                rows,
                alarmMetrics + " metrics in alarms, " + custom + " custom metrics, " + instances * DETAILED
                        + " of detailed monitoring",
                variants,
                v -> alarmMetrics * price("alarm_metric") + (custom + instances * DETAILED) * price("metric"));
        row(table, rows, LOGS_GB + " GB of logs", variants, v -> LOGS_GB * price("logs_gb"));
        row(table, rows, "2 secrets", variants, v -> 2 * price("secret"));
        row(
                table,
                rows,
                "idle polling of the queue",
                variants,
                v -> RECEIVES_AT_A_TIME
                        * hours
                        * 3600
                        / number("sqs_long_poll_seconds")
                        / 1e6
                        * price("queue_requests_million"));
        table.append("| **a month** |");
        for (int i = 0; i < variants.size(); i++) {
            int column = i;
            table.append(" **")
                    .append(money(rows.stream().mapToDouble(r -> r.get(column)).sum()))
                    .append("** |");
        }
        return table.append("\n").toString();
    }

    /** T3 and T4g are cheap for what rests: a worker at full work pays for what is above its baseline. */
    private String busy() {
        StringBuilder table = new StringBuilder(
                "| one worker, an hour | rests | works | works all month |\n| --- | ---: | ---: | ---: |\n");
        for (String type : List.of("t3.small", "t4g.small")) {
            double rests = of("instances", type, "hour");
            double vcpus = of("instances", type, "vcpus");
            double works = rests
                    + vcpus
                            * (1 - of("instances", type, "baseline_percent") / 100)
                            * of("instances", type, "surplus_vcpu_hour");
            table.append(String.format(
                    Locale.ROOT,
                    "| %s, unlimited | %.4f | %.4f (%.1f times) | %s |%n",
                    type,
                    rests,
                    works,
                    works / rests,
                    money(works * hours)));
        }
        return table.toString();
    }

    /** Of 50 MB each with a result of 10 MB, at 30 s of work. */
    private String perThousandVideos() {
        double stored = 60 * price("objects_gb");
        double requests = 14 * price("object_puts_1000") + 5 * price("object_gets_1000");
        double queue = 0.006 * price("queue_requests_million");
        double balancer = 50 * price("balancer_capacity_unit_hour");
        double work = 1000.0 * number("worker_mean_service_seconds") / 3600;
        double vcpus = of("instances", text("instance_type"), "vcpus");
        double surplus = work
                * vcpus
                * (1 - of("instances", text("instance_type"), "baseline_percent") / 100)
                * of("instances", text("instance_type"), "surplus_vcpu_hour");
        return "| 1,000 videos of 50 MB, with results of 10 MB and " + number("worker_mean_service_seconds")
                + " s of work | |\n| --- | ---: |\n"
                + "| 60 GB stored for a month | " + money(stored) + " |\n"
                + "| 14,000 PUT and 5,000 GET of the bucket | " + money(requests) + " |\n"
                + "| 6,000 requests of the queue | " + money(queue) + " |\n"
                + "| load balancer: 50 capacity units | " + money(balancer) + " |\n"
                + "| **spread over the month**, within the CPU that the one worker includes | **"
                + money(stored + requests + queue + balancer) + "** |\n"
                + String.format(
                        Locale.ROOT,
                        "| in one go: %.1f h of work, most of it above the baseline | up to %s more |%n",
                        work,
                        money(surplus))
                + "| what is watched: 10 GB to the internet | " + money(10 * price("internet_gb")) + " |\n";
    }

    private interface Cost {
        double of(Variant variant);
    }

    private static void row(
            StringBuilder table, List<List<Double>> rows, String what, List<Variant> variants, Cost cost) {
        List<Double> row = variants.stream().map(cost::of).toList();
        rows.add(row);
        table.append("| ").append(what).append(" |");
        row.forEach(value -> table.append(" ").append(money(value)).append(" |"));
        table.append("\n");
    }

    /** Those in our own namespace that alarms look at. */
    private static Set<String> customMetrics() {
        return AlarmRules.of("unlimited").values().stream()
                .flatMap(rule -> rule.metrics().values().stream())
                .map(AlarmRules.Metric::key)
                .filter(key -> key.matches("(caravana|hikaricp|disk|api)_.*"))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** Of the scaling policies: target tracking makes two alarms, each with the metrics that the policy names. */
    private static int scalingMetrics() {
        int count = 0;
        for (String tier : List.of("web", "worker")) {
            Hcl.Block module = Hcl.module(Checks.TERRAFORM.resolve("modules/" + tier));
            for (Hcl.Block policy : module.all("resource", "aws_autoscaling_policy")) {
                // The policy by CPU is off by default.
                if (policy.get("count").isEmpty()) {
                    for (Hcl.Block tracking : policy.all("target_tracking_configuration")) {
                        long own = tracking.all("customized_metric_specification").stream()
                                .flatMap(s -> s.all("metrics").stream())
                                .filter(m -> !m.all("metric_stat").isEmpty())
                                .count();
                        count += 2 * (int) Math.max(1, own);
                    }
                }
            }
            count += module.all("resource", "aws_cloudwatch_metric_alarm").size();
        }
        assertThat(count).isPositive();
        return count;
    }

    private int number(String variable) {
        return Integer.parseInt(text(variable));
    }

    private String text(String variable) {
        return root.all("variable", variable).get(0).get("default");
    }

    private double price(String name) {
        return of(name);
    }

    private double of(String... path) {
        Object value = prices;
        for (String name : path) {
            value = ((Map<?, ?>) value).get(name);
            assertThat(value)
                    .as("infra/costs/prices.yaml: %s", String.join(".", path))
                    .isNotNull();
        }
        return ((Number) value).doubleValue();
    }

    private static String money(double dollars) {
        return String.format(Locale.ROOT, "%.2f", dollars);
    }
}
