package caravana.system.infra;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Which changed variables would replace a resource instead of changing it, and that what the groups start is tagged. */
class ReplacementsTest {

    /** Attributes of which another value is another resource, as the provider's documentation has them. */
    private static final Map<String, Set<String>> REPLACING = Map.ofEntries(
            Map.entry("aws_vpc", Set.of("cidr_block")),
            Map.entry("aws_subnet", Set.of("cidr_block", "availability_zone")),
            Map.entry("aws_security_group", Set.of("name", "description")),
            Map.entry("aws_lb", Set.of("name", "internal", "load_balancer_type")),
            Map.entry("aws_lb_target_group", Set.of("name", "port", "protocol", "target_type")),
            Map.entry("aws_autoscaling_group", Set.of("name", "initial_lifecycle_hook", "placement_group")),
            Map.entry("aws_autoscaling_lifecycle_hook", Set.of("name", "lifecycle_transition")),
            Map.entry("aws_launch_template", Set.of("name")),
            Map.entry("aws_sqs_queue", Set.of("name", "fifo_queue")),
            Map.entry("aws_s3_bucket", Set.of("bucket")),
            Map.entry(
                    "aws_db_instance",
                    Set.of("username", "db_name", "engine", "storage_encrypted", "availability_zone")),
            Map.entry("aws_db_parameter_group", Set.of("name", "family")),
            Map.entry("aws_db_subnet_group", Set.of("name")),
            Map.entry(
                    "aws_elasticache_replication_group",
                    Set.of("replication_group_id", "port", "at_rest_encryption_enabled")),
            Map.entry("aws_elasticache_subnet_group", Set.of("name")),
            Map.entry("aws_secretsmanager_secret", Set.of("name")),
            Map.entry("aws_iam_role", Set.of("name")),
            Map.entry("aws_ssm_parameter", Set.of("name")),
            Map.entry("aws_cloudwatch_log_group", Set.of("name")),
            Map.entry("aws_sns_topic", Set.of("name")));

    private static final Pattern VARIABLE = Pattern.compile("\\bvar\\.(\\w+)");
    private static final Pattern LOCAL = Pattern.compile("\\blocal\\.(\\w+)");
    private static final Pattern ROW = Pattern.compile("(?m)^\\| ((?:`\\w+`(?:, )?)+) \\|");

    /** By the root's variables: the resources that another value replaces. */
    private final Map<String, Set<String>> replaced = new TreeMap<>();

    @Test
    void noOtherVariablesReplaceAResourceThanTheDocumentSays() {
        Hcl.Block root = Hcl.module(Checks.TERRAFORM);
        for (Hcl.Block call : root.all("module")) {
            Map<String, Set<String>> given = new HashMap<>();
            call.attributes().forEach((name, value) -> given.put(name, rootVariables(value, root, null)));
            look(Checks.TERRAFORM.resolve(call.get("source")).normalize(), given);
        }
        System.out.println("| variable | replaces |\n| --- | --- |");
        replaced.forEach(
                (variable, resources) -> System.out.printf("| %s | %s |%n", variable, String.join(", ", resources)));

        List<String> findings = new ArrayList<>();
        String document = Checks.read(Checks.ROOT.resolve("docs/deploy.md"));
        int begin = document.indexOf("<!-- replacements");
        String table = document.substring(begin, document.indexOf("<!-- /replacements"));
        Set<String> documented = new TreeSet<>();
        ROW.matcher(table)
                .results()
                .forEach(m ->
                        documented.addAll(List.of(m.group(1).replace("`", "").split(", "))));
        if (!documented.equals(replaced.keySet())) {
            findings.add("documented are %s, and these replace: %s".formatted(documented, replaced));
        }
        replaced.forEach((variable, resources) -> {
            if (resources.contains("aws_autoscaling_group")
                    && !Set.of("name", "aws_region").contains(variable)) {
                findings.add(variable + " replaces the groups, and with them all instances at once");
            }
        });
        Checks.report("infra-replacements", replaced.size(), findings);
    }

    @Test
    void whatTheGroupsStartIsTagged() {
        List<String> findings = new ArrayList<>();
        Hcl.Block instances = Hcl.module(Checks.TERRAFORM.resolve("modules/instances"));
        String template = String.join(
                "\n",
                instances
                        .all("resource", "aws_launch_template")
                        .get(0)
                        .expressions()
                        .toList());
        for (String type : List.of("instance", "volume", "network-interface")) {
            if (!template.contains('"' + type + '"')) {
                findings.add("what a launch makes of the type " + type + " has no tags");
            }
        }
        if (!template.contains("data.aws_default_tags.current.tags")) {
            findings.add("the tags are not the deployment's");
        }
        String defaults = String.join(
                "\n",
                Hcl.module(Checks.TERRAFORM)
                        .all("provider", "aws")
                        .get(0)
                        .expressions()
                        .toList());
        for (String tag : List.of("Application", "Environment")) {
            if (!defaults.contains(tag)) {
                findings.add("the provider's default tags lack " + tag);
            }
        }
        String images = Checks.read(Checks.ROOT.resolve("infra/packer/caravana.pkr.hcl"));
        for (String tags : List.of("tags", "snapshot_tags", "run_tags", "run_volume_tags")) {
            if (!Pattern.compile("(?m)^  " + tags + "\\s*= local.tags$")
                    .matcher(images)
                    .find()) {
                findings.add("images lack " + tags);
            }
        }
        Checks.report("infra-tags", 9, findings);
    }

    private void look(Path folder, Map<String, Set<String>> given) {
        Hcl.Block module = Hcl.module(folder);
        for (Hcl.Block resource : module.all("resource")) {
            String type = resource.labels().get(0);
            for (String attribute : REPLACING.getOrDefault(type, Set.of())) {
                rootVariables(resource.get(attribute), module, given)
                        .forEach(variable -> replaced.computeIfAbsent(variable, k -> new TreeSet<>())
                                .add(type));
                resource.all(attribute)
                        .forEach(block -> block.expressions()
                                .flatMap(e -> rootVariables(e, module, given).stream())
                                .forEach(variable -> replaced.computeIfAbsent(variable, k -> new TreeSet<>())
                                        .add(type)));
            }
        }
        for (Hcl.Block call : module.all("module")) {
            Map<String, Set<String>> further = new HashMap<>();
            call.attributes().forEach((name, value) -> further.put(name, rootVariables(value, module, given)));
            look(folder.resolve(call.get("source")).normalize(), further);
        }
    }

    /** The root's variables that an expression depends on; what a resource says of itself is no variable. */
    private static Set<String> rootVariables(String expression, Hcl.Block module, Map<String, Set<String>> given) {
        Set<String> found = new TreeSet<>();
        VARIABLE.matcher(expression).results().map(m -> m.group(1)).forEach(name -> {
            if (given == null) {
                found.add(name);
            } else {
                found.addAll(given.getOrDefault(name, Set.of()));
            }
        });
        LOCAL.matcher(expression)
                .results()
                .map(m -> m.group(1))
                .forEach(name -> module.all("locals").stream()
                        .map(locals -> locals.get(name))
                        .filter(value -> !value.isEmpty())
                        .forEach(value -> found.addAll(rootVariables(value, module, given))));
        return found;
    }
}
