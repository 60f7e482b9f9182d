package caravana.system.infra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Which of CloudWatch's alarms ring in which situation: their expressions are evaluated on made-up series. */
class AlarmsTest {

    private static final double NOTHING = Double.NaN;
    private static final int MINUTES = 300;
    /** When what a situation is named after begins. */
    private static final int BEGIN = 60;

    private static final String UNLIMITED = "unlimited";
    private static final String STANDARD = "standard";

    /** What CloudWatch has of a quiet night, by AlarmRules' keys: one of each tier, nothing to do, no requests. */
    private static final Map<String, Double> QUIET = new HashMap<>();

    static {
        for (String tier : List.of("web", "worker")) {
            QUIET.put("disk_used_percent " + tier, 40.0);
            QUIET.put("hikaricp_connections_active " + tier, 0.0);
            QUIET.put("hikaricp_connections_max " + tier, 7.0);
            QUIET.put("CPUCreditBalance " + tier, 300.0);
            QUIET.put("CPUSurplusCreditsCharged " + tier, 0.0);
            QUIET.put("GroupDesiredCapacity " + tier, 1.0);
            QUIET.put("GroupMaxSize " + tier, 3.0);
            QUIET.put("GroupMinSize " + tier, 1.0);
        }
        for (String queue : List.of("jobs", "dead_letters")) {
            QUIET.put("ApproximateNumberOfMessagesVisible " + queue, 0.0);
            QUIET.put("ApproximateNumberOfMessagesNotVisible " + queue, 0.0);
        }
        for (String outcome : List.of("processed", "rejected", "given_up")) {
            QUIET.put("caravana_jobs_total worker " + outcome, 0.0);
        }
        QUIET.put("caravana_oldest_due_seconds web", 0.0);
        QUIET.put("caravana_due_work_seconds web", 0.0);
        QUIET.put("caravana_workers_alive web", 1.0);
        QUIET.put("caravana_workers_slots web", 1.0);
        QUIET.put("caravana_slots worker free", 1.0);
        QUIET.put("caravana_intake_closed worker tool", 0.0);
        QUIET.put("caravana_intake_closed worker route_defect", 0.0);
        QUIET.put("HealthyHostCount targets", 1.0);
        // The balancer reports no count of 0.
        for (String count : List.of(
                "RequestCount", "HTTPCode_ELB_503_Count", "HTTPCode_ELB_5XX_Count", "HTTPCode_Target_5XX_Count")) {
            QUIET.put(count + " balancer", NOTHING);
        }
        QUIET.put("api_seconds", NOTHING);
    }

    /**
     * What CloudWatch has in a situation, minute by minute.
     *
     * @param rings the alarms that ring at some time in it
     */
    private record Situation(String name, String credits, Map<String, double[]> series, Set<String> rings) {}

    private static final class Making {

        private final Map<String, double[]> series = new HashMap<>();
        private String credits = UNLIMITED;

        Making() {
            QUIET.forEach((key, value) -> series.put(
                    key, IntStream.range(0, MINUTES).mapToDouble(m -> value).toArray()));
        }

        /** From its beginning on, by the minute since then. */
        Making from(String key, IntToDoubleFunction value) {
            assertThat(series).containsKey(key);
            for (int m = BEGIN; m < MINUTES; m++) {
                series.get(key)[m] = value.applyAsDouble(m - BEGIN);
            }
            return this;
        }

        Making is(String key, double value) {
            return from(key, m -> value);
        }

        /** What a tier's instances report is missing. */
        Making silent(String tier) {
            series.keySet().stream()
                    .filter(key -> key.contains(" " + tier) && key.matches("(caravana|hikaricp|disk).*"))
                    .forEach(key -> is(key, NOTHING));
            return this;
        }

        Making standard() {
            credits = STANDARD;
            return this;
        }

        Situation rings(String name, String... alarms) {
            return new Situation(name, credits, series, new TreeSet<>(List.of(alarms)));
        }
    }

    private static Making quiet() {
        return new Making();
    }

    private static List<Situation> situations() {
        String visible = "ApproximateNumberOfMessagesVisible jobs";
        String inFlight = "ApproximateNumberOfMessagesNotVisible jobs";
        String due = "caravana_oldest_due_seconds web";
        String free = "caravana_slots worker free";
        String processed = "caravana_jobs_total worker processed";
        String givenUp = "caravana_jobs_total worker given_up";
        IntToDoubleFunction twelve = m -> m < 12 ? 1 : 0;
        List<Situation> all = new ArrayList<>();
        all.add(quiet().rings("a quiet night"));
        all.add(quiet().standard().rings("a quiet night of standard instances"));
        all.add(quiet().is("HealthyHostCount targets", 0)
                .is("HTTPCode_ELB_503_Count balancer", 50)
                .is("HTTPCode_ELB_5XX_Count balancer", 50)
                .silent("web")
                .rings("total outage: no web instance is healthy", "api-errors", "no-web-alive", "no-worker-alive"));
        all.add(quiet().is("HealthyHostCount targets", NOTHING)
                .is("HTTPCode_ELB_503_Count balancer", 50)
                .is("HTTPCode_ELB_5XX_Count balancer", 50)
                .silent("web")
                .rings("no hosts: the target group is empty", "api-errors", "no-web-alive", "no-worker-alive"));
        all.add(quiet().is("HealthyHostCount targets", NOTHING)
                .silent("web")
                .rings("no hosts, and nobody asks", "no-web-alive", "no-worker-alive"));
        all.add(quiet().is("RequestCount balancer", 50)
                .is("HTTPCode_Target_5XX_Count balancer", 4)
                .rings("8 % of the answers are web's 500", "api-errors"));
        all.add(quiet().is("RequestCount balancer", 50)
                .is("HTTPCode_ELB_5XX_Count balancer", 4)
                .rings("8 % of the answers are the balancer's 502", "api-errors"));
        all.add(quiet().is("RequestCount balancer", 50)
                .is("HTTPCode_Target_5XX_Count balancer", 1)
                .rings("2 % of the answers are 500"));
        all.add(quiet().from("RequestCount balancer", m -> m == 3 ? 2 : NOTHING)
                .from("HTTPCode_Target_5XX_Count balancer", m -> m == 3 ? 2 : NOTHING)
                .rings("two calls, and both fail"));
        all.add(quiet().from("CPUCreditBalance worker", m -> m * 0.4)
                .rings("a fresh T3, unlimited: it begins without credits"));
        all.add(quiet().standard()
                .from("CPUCreditBalance worker", m -> m * 0.4)
                .rings("a fresh T3, standard: it begins without credits"));
        all.add(quiet().is("CPUCreditBalance worker", 0).rings("a used T3, unlimited: it pays its surplus back"));
        all.add(quiet().is("CPUCreditBalance worker", 0)
                .is("CPUSurplusCreditsCharged worker", 3)
                .rings("a T3, unlimited, that works all day", "cpu-credits"));
        all.add(quiet().standard()
                .is("CPUCreditBalance worker", 0)
                .rings("a T3, standard, that works all day", "cpu-credits"));
        all.add(quiet().from(inFlight, m -> m < 40 ? 1 : 0)
                .from(free, m -> m < 40 ? 0 : 1)
                .from(visible, m -> m >= 30 && m < 40 ? 1 : 0)
                .from(due, m -> m >= 30 && m < 40 ? 60 * (m - 30) : 0)
                .rings("a job of 40 minutes, and one that waits for ten of them"));
        all.add(quiet().from(inFlight, m -> m < 40 ? 1 : 0)
                .from(free, m -> m < 40 ? 0 : 1)
                .from(visible, m -> m < 40 ? 1 : 0)
                .from(due, m -> m < 40 ? 60 * m : 0)
                .rings("a job of 40 minutes, and one that waits for all of them", "oldest-message-age"));
        all.add(quiet().is(visible, 5)
                .from(due, m -> 60 * m)
                .rings("jobs wait for a worker that takes none", "backlog-not-draining", "oldest-message-age"));
        all.add(quiet().is(visible, 5)
                .from(due, m -> 60 * m)
                .is("caravana_workers_alive web", 0)
                .silent("worker")
                .rings(
                        "jobs wait, and the workers are gone",
                        "backlog-not-draining",
                        "no-worker-alive",
                        "oldest-message-age"));
        all.add(quiet().is(visible, 50)
                .is(free, 0)
                .from(due, m -> 300)
                .from(processed, m -> m % 5 == 0 ? 1 : 0)
                .rings("a rush that is worked off"));
        all.add(quiet().is(visible, 200)
                .is(free, 0)
                .from("caravana_due_work_seconds web", m -> Math.max(0, 6000 - 60 * 3 * m))
                .is("caravana_workers_slots web", 3)
                .from(processed, m -> m % 5 == 0 ? 6 : 0)
                .rings("33 minutes of work for three workers, and less every minute"));
        all.add(quiet().is(visible, 200)
                .is(free, 0)
                .is("caravana_due_work_seconds web", 6000)
                .is("caravana_workers_slots web", 3)
                .from(processed, m -> m % 5 == 0 ? 6 : 0)
                .rings("33 minutes of work for three workers, and more comes", "work-exceeds-workers"));
        all.add(quiet().from(givenUp, twelve).rings("12 of 12 jobs failed", "failure-ratio"));
        all.add(quiet().from(givenUp, twelve)
                .is(processed, NOTHING)
                .is("caravana_jobs_total worker rejected", NOTHING)
                .rings("12 of 12 jobs failed, and nothing is known of others", "failure-ratio"));
        all.add(quiet().from(givenUp, m -> m < 4 ? 1 : 0).rings("4 of 4 jobs failed"));
        all.add(quiet().from("caravana_jobs_total worker rejected", twelve).rings("12 of 12 originals are no videos"));
        all.add(quiet().from("ApproximateNumberOfMessagesVisible dead_letters", m -> m > 5 ? 1 : 0)
                .rings("a dead letter", "dead-letters"));
        all.add(quiet().from("caravana_intake_closed worker tool", m -> m < 2 ? 1 : NOTHING)
                .rings("a worker without ffmpeg, which then restarts", "tool-unavailable"));
        all.add(quiet().from("caravana_intake_closed worker route_defect", m -> m < 2 ? 1 : 0)
                .rings("routes with a mistake", "route-defect"));
        all.add(quiet().is("hikaricp_connections_active worker", 7)
                .rings("a worker's connections are used up", "database-connections"));
        all.add(quiet().is("hikaricp_connections_active web", 5).rings("5 of 7 connections are in use"));
        all.add(quiet().is("disk_used_percent worker", 90).rings("a worker's disk is 90 % full", "disk-space"));
        all.add(quiet().is("api_seconds", 2).rings("calls take two seconds", "api-latency"));
        all.add(quiet().is("GroupDesiredCapacity worker", 3).rings("three workers of three", "asg-at-maximum"));
        all.add(quiet().is("GroupMaxSize worker", 1).rings("a group of one worker at most"));
        return all;
    }

    @Test
    void eachRingsWhenItShouldAndOnlyThen() {
        List<String> findings = new ArrayList<>();
        Set<String> rang = new TreeSet<>();
        System.out.println("| situation | rings |\n| --- | --- |");
        for (Situation situation : situations()) {
            Set<String> ringing = new TreeSet<>();
            AlarmRules.of(situation.credits()).forEach((name, rule) -> {
                if (rings(rule, situation.series())) {
                    ringing.add(name);
                }
            });
            System.out.printf(
                    "| %s | %s |%n", situation.name(), ringing.isEmpty() ? "nothing" : String.join(", ", ringing));
            if (!ringing.equals(situation.rings())) {
                findings.add("%s: %s instead of %s".formatted(situation.name(), ringing, situation.rings()));
            }
            rang.addAll(ringing);
        }
        Set<String> never = new TreeSet<>(AlarmRules.of(UNLIMITED).keySet());
        never.removeAll(rang);
        never.forEach(name -> findings.add("there is no situation in which " + name + " rings"));
        Checks.report("infra-alarms", situations().size(), findings);
    }

    @Test
    void theEvaluatorTreatsMissingValuesAsCloudWatchDoes() {
        Map<String, double[]> series = Map.of("a", new double[] {1, NOTHING, 3}, "b", new double[] {2, 2, 0});
        assertThat(MetricMath.evaluate("a + b * 2", series, 3)).containsExactly(5, NOTHING, 3);
        assertThat(MetricMath.evaluate("a / b", series, 3)).containsExactly(0.5, NOTHING, NOTHING);
        assertThat(MetricMath.evaluate("FILL(a, 7) - 1", series, 3)).containsExactly(0, 6, 2);
        assertThat(MetricMath.evaluate("IF(a > 1 AND b == 0, 10, 20)", series, 3))
                .containsExactly(20, NOTHING, 10);
        assertThat(MetricMath.evaluate("MAX([a, b])", series, 3)).containsExactly(2, 2, 3);
        assertThat(MetricMath.evaluate("2 * (1 + 2)", series, 1)).containsExactly(6);
        assertThatThrownBy(() -> MetricMath.evaluate("a + c", series, 3)).hasMessageContaining("no series c");
        assertThatThrownBy(() -> MetricMath.evaluate("RATE(a)", series, 3)).hasMessageContaining("RATE");
    }

    private static boolean rings(AlarmRules.Rule rule, Map<String, double[]> minutes) {
        int perPeriod = rule.period() / 60;
        int periods = MINUTES / perPeriod;
        Map<String, double[]> series = new HashMap<>();
        rule.metrics().forEach((id, metric) -> {
            assertThat(minutes).as("series of the situations").containsKey(metric.key());
            series.put(id, aggregate(minutes.get(metric.key()), perPeriod, metric.stat()));
        });
        double[] result = MetricMath.evaluate(rule.expression(), series, periods);
        for (int last = rule.of(); last <= periods; last++) {
            long above = Arrays.stream(result, last - rule.of(), last)
                    .filter(v -> Double.isNaN(v) ? rule.missingBreaches() : v > rule.threshold())
                    .count();
            if (above >= rule.any()) {
                return true;
            }
        }
        return false;
    }

    /** One value a period, of those that there are. */
    private static double[] aggregate(double[] minutes, int perPeriod, String stat) {
        return IntStream.range(0, minutes.length / perPeriod)
                .mapToDouble(p -> {
                    double[] there = Arrays.stream(minutes, p * perPeriod, (p + 1) * perPeriod)
                            .filter(v -> !Double.isNaN(v))
                            .toArray();
                    if (there.length == 0) {
                        return NOTHING;
                    }
                    return switch (stat) {
                        case "Sum" -> Arrays.stream(there).sum();
                        case "Minimum" -> Arrays.stream(there).min().orElseThrow();
                        // The highest of all is above each percentile.
                        case "Maximum", "p95" -> Arrays.stream(there).max().orElseThrow();
                        default -> throw new IllegalArgumentException(stat);
                    };
                })
                .toArray();
    }
}
