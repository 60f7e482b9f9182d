package caravana.system.ops;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** A page in the fault that it is for: its commands are run as they are written. */
final class Incident {

    private static final Pattern SCRIPT = Pattern.compile("ops/bin/([a-z-]+)");

    /** Values for what pages about AWS leave open. */
    private static final Map<String, String> ON_AWS = Map.of(
            "WEB_GROUP", "caravana-web",
            "WORKER_GROUP", "caravana-worker",
            "INSTANCE_ID", "i-0123456789abcdef0",
            "WORKER", "ip-10-20-1-5:4711",
            "DATABASE", "caravana",
            "TIME", "2026-03-01T04:05:00Z",
            "SECRET_ARN", "arn:aws:secretsmanager:us-east-1:123456789012:secret:caravana-web");

    private final Runbook page;
    private final String fault;
    private final Set<String> sections = new TreeSet<>();
    private final Set<String> scripts = new LinkedHashSet<>();
    private boolean verified;

    Incident(String page, String fault) {
        this.page = Runbook.read(page);
        this.fault = fault;
    }

    /**
     * Runs all commands of a section, but for those about AWS.
     *
     * @param variables of the shell
     * @return what they said
     * @throws AssertionError when one of them fails
     */
    String run(String section, Map<String, String> variables) {
        StringBuilder said = new StringBuilder();
        for (Runbook.Block block : blocks(section)) {
            Shell.Ran ran = Shell.bash(block.commands(), variables);
            assertThat(ran.status())
                    .as("%s, %s:\n%s%s", page.name(), section, block.commands(), ran.output())
                    .isZero();
            said.append(ran.output());
            SCRIPT.matcher(block.commands()).results().forEach(m -> scripts.add(m.group(1)));
        }
        sections.add(section);
        return said.toString();
    }

    private List<Runbook.Block> blocks(String section) {
        List<Runbook.Block> blocks = page.blocks().stream()
                .filter(b -> b.section().equals(section) && !b.aws())
                .toList();
        assertThat(blocks).as("commands of %s, %s", page.name(), section).isNotEmpty();
        return blocks;
    }

    /**
     * To be said at the end, when the fault is over: all commands of the page have been run, and those about AWS say what
     * they would do.
     */
    void verified() {
        for (Runbook.Block block : page.blocks()) {
            if (block.aws()) {
                dryRun(block);
            } else {
                assertThat(sections)
                        .as("sections of %s that were run", page.name())
                        .contains(block.section());
            }
        }
        verified = true;
    }

    private void dryRun(Runbook.Block block) {
        Map<String, String> variables = new HashMap<>(ON_AWS);
        // Nobody's account is meant, should a script ignore its settings.
        variables.put("AWS_EC2_METADATA_DISABLED", "true");
        String commands = block.commands().replaceAll("(?m)$(?<=.)", " --dry-run");
        Shell.Ran ran = Shell.bash(commands, variables);
        assertThat(ran.status())
                .as("%s:\n%s%s", page.name(), commands, ran.output())
                .isZero();
        assertThat(ran.output().lines())
                .as("%s:\n%s", page.name(), commands)
                .hasSizeGreaterThanOrEqualTo((int) block.commands().lines().count())
                .allMatch(line -> line.startsWith("aws ") || line.startsWith("# "));
        SCRIPT.matcher(commands).results().forEach(m -> scripts.add(m.group(1) + " --dry-run"));
    }

    String page() {
        return page.name();
    }

    boolean isVerified() {
        return verified;
    }

    /** A row of the table. */
    String row() {
        return "| " + page.name() + " | " + fault + " | " + String.join(", ", scripts) + " | "
                + (verified ? "yes" : "NO") + " |";
    }
}
