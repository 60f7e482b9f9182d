package caravana.system.ops;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The alert rules: that they fire when they should, and that each leads to its page and each page to its alert. */
class AlertsTest {

    /** Alarms of CloudWatch's that Prometheus knows nothing of. */
    private static final Set<String> ON_AWS_ALONE = Set.of("cpu-credits", "asg-at-maximum");

    /** Pages that no alert leads to. */
    private static final Set<String> PROCEDURES = Set.of(
            "system-overview",
            "stuck-job",
            "restore-after-data-loss",
            "deploy-and-roll-back",
            "scale-by-hand",
            "rotate-secrets",
            "load-test-day");

    private final List<Alerts.Rule> rules = Alerts.rules();

    @Test
    void eachFiresAndDoesNotFireAsItsTestsSay() {
        Shell.need("promtool", "alerts");
        Shell.Ran ran = Shell.run(Map.of(), "promtool", "test", "rules", "ops/prometheus/alerts-test.yaml");
        System.out.println(ran.output().strip());
        System.out.printf(
                "RESULT name=alerts value=%d unit=rules target=%d verdict=%s%n",
                rules.size(), rules.size(), ran.status() == 0 ? "pass" : "fail");
        assertThat(ran.status()).isZero();
    }

    @Test
    void eachHasItsTests() throws Exception {
        String tests = Files.readString(Alerts.FILE.resolveSibling("alerts-test.yaml"));
        for (Alerts.Rule rule : rules) {
            // One that fires says with which labels; one that does not has an empty list.
            assertThat(tests).containsPattern("alertname: " + rule.name() + "\n");
            assertThat(tests).containsPattern("alertname: " + rule.name() + ", eval_time: \\w+, exp_alerts: \\[]");
        }
    }

    @Test
    void eachLeadsToItsPage() {
        for (Alerts.Rule rule : rules) {
            assertThat(rule.severity()).as(rule.name()).isIn("warning", "critical");
            assertThat(rule.summary()).as(rule.name()).isNotBlank();
            assertThat(rule.runbook()).isEqualTo("ops/runbooks/" + rule.name() + ".md");
            assertThat(Shell.ROOT.resolve(rule.runbook())).exists();
        }
    }

    @Test
    void eachPageBelongsToAnAlertOrIsAProcedure() {
        Set<String> expected = rules.stream().map(Alerts.Rule::name).collect(Collectors.toCollection(TreeSet::new));
        expected.addAll(ON_AWS_ALONE);
        expected.addAll(PROCEDURES);

        assertThat(Runbook.names()).containsExactlyElementsOf(expected);
    }
}
