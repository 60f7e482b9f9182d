package caravana.system.infra;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the deployment's files alone show, without Terraform and without its provider. */
class StaticTest {

    private static final Pattern VARIABLE = Pattern.compile("\\bvar\\.(\\w+)");
    private static final Pattern ATTRIBUTE = Pattern.compile("\\bvar\\.(\\w+)\\.(\\w+)");
    private static final Pattern OBJECT_ATTRIBUTE = Pattern.compile("(?:^|[{\\n])\\s*(\\w+)\\s*=");

    /** An environment variable with a default, as Spring resolves it, or one that a comment says is a property's name. */
    private static final Pattern APP_VARIABLE = Pattern.compile("(?:\\$\\{|unless )([A-Z][A-Z0-9_]+)[: ]");

    /** Of use on one machine alone. */
    private static final Set<String> LOCAL = Set.of("CARAVANA_ROUTES_WATCH");

    private static final Pattern ACCOUNT = Pattern.compile("\\b\\d{12}\\b");
    private static final Pattern REGION = Pattern.compile(
            "\\b(?:us|eu|ap|sa|ca|me|af|il|cn|mx)-(?:gov-)?(?:north|south|east|west|central)(?:east|west)?-\\d\\b");
    private static final Pattern ALARM = Pattern.compile("(?m)^    ([a-z0-9-]+)\\s*= (?:\\{\n\\s*summary|local\\.)");

    private final List<String> findings = new ArrayList<>();

    @Test
    void everyVariableIsTypedDescribedAndUsed() {
        int variables = 0;
        for (Path folder : modules()) {
            Hcl.Block module = Hcl.module(folder);
            Set<String> used = new HashSet<>();
            // A variable's own validation is no use of it.
            module.blocks().stream()
                    .filter(b -> !b.type().equals("variable"))
                    .flatMap(Hcl.Block::expressions)
                    .forEach(e -> VARIABLE.matcher(e).results().forEach(m -> used.add(m.group(1))));
            Set<String> declared = new HashSet<>();
            for (Hcl.Block variable : module.all("variable")) {
                variables++;
                String name = variable.labels().get(0);
                declared.add(name);
                check(!variable.get("type").isEmpty(), "%s: var.%s has no type", folder, name);
                check(variable.get("description").endsWith("."), "%s: var.%s is not described", folder, name);
                check(used.contains(name), "%s: var.%s is not used", folder, name);
            }
            used.removeAll(declared);
            check(used.isEmpty(), "%s: not declared: %s", folder, used);
            Map<String, Set<String>> attributes = objectAttributes(module);
            module.expressions()
                    .forEach(e -> ATTRIBUTE
                            .matcher(e)
                            .results()
                            .forEach(m -> check(
                                    attributes
                                            .getOrDefault(m.group(1), Set.of())
                                            .contains(m.group(2)),
                                    "%s: var.%s has no attribute %s",
                                    folder,
                                    m.group(1),
                                    m.group(2))));
            module.all("output")
                    .forEach(o -> check(!o.get("description").isEmpty(), "%s: %s is not described", folder, o.name()));
        }
        Checks.report("infra-static-variables", variables, findings);
    }

    @Test
    void everyModuleGetsWhatItAsksFor() {
        int calls = 0;
        for (Path folder : modules()) {
            for (Hcl.Block call : Hcl.module(folder).all("module")) {
                calls++;
                Hcl.Block called = Hcl.module(folder.resolve(call.get("source")).normalize());
                Set<String> given = new TreeSet<>(call.attributes().keySet());
                given.remove("source");
                Set<String> asked = new TreeSet<>();
                called.all("variable").forEach(v -> asked.add(v.labels().get(0)));
                check(given.equals(asked), "%s %s: given %s, asked for %s", folder, call.name(), given, asked);
                Set<String> outputs = new HashSet<>();
                called.all("output").forEach(o -> outputs.add(o.labels().get(0)));
                Pattern reference =
                        Pattern.compile("\\bmodule\\." + call.labels().get(0) + "\\.(\\w+)");
                Hcl.module(folder)
                        .expressions()
                        .forEach(e -> reference
                                .matcher(e)
                                .results()
                                .forEach(m ->
                                        check(outputs.contains(m.group(1)), "%s: there is no %s", folder, m.group())));
            }
        }
        Checks.report("infra-static-modules", calls, findings);
    }

    @Test
    void everyQueueHasADeadLetterQueueAndAnAlarm() {
        Hcl.Block queues = Hcl.module(Checks.TERRAFORM.resolve("modules/queue"));
        String alarms = alarms();
        Hcl.Block root = Hcl.module(Checks.TERRAFORM);
        Hcl.Block watched = root.all("module", "observability").get(0);
        List<Hcl.Block> all = queues.all("resource", "aws_sqs_queue");
        for (Hcl.Block queue : all) {
            String name = queue.labels().get(1);
            String itself = "aws_sqs_queue." + name + ".id";
            Stream<Hcl.Block> links = Stream.of("aws_sqs_queue_redrive_policy", "aws_sqs_queue_redrive_allow_policy")
                    .flatMap(type -> queues.all("resource", type).stream());
            check(
                    links.anyMatch(l -> l.get("queue_url").equals(itself)),
                    "queue %s neither has a dead-letter queue nor is one",
                    name);
            // The name goes to the observability module under some variable, which an alarm's dimension uses.
            String variable = watched.attributes().entrySet().stream()
                    .filter(e -> e.getValue().equals("module.queue." + name + ".name"))
                    .map(Map.Entry::getKey)
                    .findFirst()
                    .orElse("none");
            Matcher dimension = Pattern.compile("(\\w+)\\s*= \\{ QueueName = var\\." + variable + " }")
                    .matcher(Checks.read(Checks.TERRAFORM.resolve("modules/observability/alarms.tf")));
            check(
                    dimension.find() && alarms.contains("dimensions = local." + dimension.group(1)),
                    "no alarm looks at queue %s",
                    name);
        }
        Checks.report("infra-static-queues", all.size(), findings);
    }

    @Test
    void noPermissionIsWiderThanItHasToBe() {
        int statements = 0;
        for (Path folder : modules()) {
            for (Hcl.Block document : Hcl.module(folder).all("data", "aws_iam_policy_document")) {
                for (Hcl.Block statement : document.all("statement")) {
                    if (statement.get("effect").equals("Deny")) {
                        continue;
                    }
                    statements++;
                    String where = folder + " " + document.name() + " " + statement.get("sid");
                    check(!statement.get("actions").contains("*"), "%s: actions with a wildcard", where);
                    // Actions that know no resource: of one, the namespace can be named; of Session Manager's, nothing.
                    boolean nameless = statement.get("actions").equals("[\"cloudwatch:PutMetricData\"]")
                                    && statement.all("condition").stream()
                                            .anyMatch(c -> c.get("variable").equals("cloudwatch:namespace"))
                            || statement
                                    .get("actions")
                                    .replaceAll("[\\s\\[\\]\"]", "")
                                    .matches("(ssm:UpdateInstanceInformation|ssmmessages:\\w+|,)+");
                    // A wildcard only below something that is named: ".../uploads/*", a log group's streams ":*".
                    Matcher wildcard = Pattern.compile("(.?.)\\*").matcher(statement.get("resources"));
                    while (wildcard.find()) {
                        check(
                                nameless || wildcard.group(1).matches("[\\w}][/:]"),
                                "%s: %s",
                                where,
                                statement.get("resources"));
                    }
                }
            }
        }
        Checks.report("infra-static-permissions", statements, findings);
    }

    @Test
    void neitherAccountNorRegionIsHardCoded() {
        List<Path> files =
                Checks.files(Pattern.compile("\\.(tf|tftpl|hcl|json|service|target|conf)$|ops/bin/"), "infra", "ops");
        for (Path file : files) {
            String text = Checks.read(file);
            Stream.of(ACCOUNT, REGION)
                    .flatMap(p -> p.matcher(text).results())
                    .filter(m -> !file.toString().contains("/tests/"))
                    .forEach(m -> check(false, "%s: %s", file, m.group()));
        }
        Checks.report("infra-static-places", files.size(), findings);
    }

    @Test
    void everyAlarmHasItsPage() {
        Path pages = Checks.ROOT.resolve("ops/runbooks");
        Set<String> alarms = new TreeSet<>();
        ALARM.matcher(alarms()).results().forEach(m -> alarms.add(m.group(1)));
        assertThat(alarms)
                .containsExactlyInAnyOrder(
                        "dead-letters",
                        "oldest-message-age",
                        "work-exceeds-workers",
                        "backlog-not-draining",
                        "no-worker-alive",
                        "failure-ratio",
                        "api-latency",
                        "api-errors",
                        "no-web-alive",
                        "disk-space",
                        "database-connections",
                        "tool-unavailable",
                        "route-defect",
                        "cpu-credits",
                        "asg-at-maximum");
        if (!Files.exists(pages.resolve("dead-letters.md"))) {
            Checks.skip("infra-static-runbooks", "the runbooks of the other alarms are not written yet");
        }
        alarms.forEach(a -> check(Files.exists(pages.resolve(a + ".md")), "alarm %s has no page", a));
        Checks.report("infra-static-runbooks", alarms.size(), findings);
    }

    @Test
    void webCountsByTheTimeThatTheScalingPolicyAimsAt() {
        Matcher counted = Pattern.compile("(?m)^-- :\\?target_seconds = (\\d+) as integer$")
                .matcher(Checks.read(Checks.ROOT.resolve("src/main/resources/camel/operators/list-workers.sql")));
        assertThat(counted.find()).isTrue();
        String aimed = Hcl.module(Checks.TERRAFORM.resolve("modules/worker"))
                .all("locals")
                .get(0)
                .get("target_seconds");
        check(aimed.equals(counted.group(1)), "web counts %s s, the policy %s s", counted.group(1), aimed);
        Checks.report("infra-static-scaling", 1, findings);
    }

    @Test
    void theEnvironmentFileAndTheAppsKnowTheSameVariables() {
        Set<String> known = appVariables();
        Set<String> set = new TreeSet<>(environmentFile());
        for (String variable : set) {
            check(known.contains(variable), "no app knows %s", variable);
        }
        // What Terraform does not set can be set by web_settings and worker_settings, by the names in
        // docs/configuration.md.
        String described = Checks.read(Checks.ROOT.resolve("docs/configuration.md"));
        for (String variable : known) {
            check(
                    set.contains(variable) || LOCAL.contains(variable) || described.contains("`" + variable + "`"),
                    "%s is neither set by Terraform nor described in docs/configuration.md",
                    variable);
        }
        Checks.report("infra-static-environment", known.size(), findings);
    }

    /** Web takes what the worker then processes: neither has a limit of its own, and the defaults are the apps'. */
    @Test
    void bothTiersHaveTheSameLimits() {
        Hcl.Block root = Hcl.module(Checks.TERRAFORM);
        String core = Checks.read(Checks.ROOT.resolve("core/src/main/resources/caravana-core.yaml"));
        String limits = core.substring(core.indexOf("    limits:"), core.indexOf("  s3:"));
        Map<String, String> apps = new TreeMap<>();
        Pattern.compile("\\$\\{([A-Z_]+):([^}]+)}")
                .matcher(limits)
                .results()
                .forEach(m -> apps.put(m.group(1), m.group(2)));
        Map<String, String> deployed = new TreeMap<>();
        String settings = local(root, "limit_settings");
        Pattern.compile("([A-Z_]+) *= .*var\\.(\\w+)")
                .matcher(settings)
                .results()
                .forEach(m ->
                        deployed.put(m.group(1), defaultOf(root, m.group(2)).replace("\"", "")));
        check(deployed.equals(apps), "the deployment's limits are %s, the apps' %s", deployed, apps);
        check(local(root, "shared_settings").contains("local.limit_settings"), "the limits are not shared");
        for (String tier : List.of("web", "worker")) {
            Hcl.module(Checks.TERRAFORM.resolve("modules/" + tier))
                    .all("module", "instances")
                    .forEach(m -> {
                        String ofTier = m.get("settings");
                        check(ofTier.startsWith("merge(var.shared_settings,"), "%s does not get what is shared", tier);
                        apps.keySet()
                                .forEach(name -> check(!ofTier.contains(name), "%s has %s of its own", tier, name));
                    });
        }
        Checks.report("infra-static-limits", apps.size(), findings);
    }

    @Test
    void instancesAreToldWhatTheirScriptsAskFor() {
        Set<String> told = keys(Hcl.module(Checks.TERRAFORM.resolve("modules/instances")).all("locals").stream()
                .map(l -> l.get("instance_environment"))
                .findFirst()
                .orElseThrow());
        Hcl.module(Checks.TERRAFORM.resolve("modules/web"))
                .all("module", "instances")
                .forEach(m -> told.addAll(keys(m.get("instance_environment"))));
        // These two come from systemd, and this one from the environment file.
        told.addAll(Set.of("RUNTIME_DIRECTORY", "STATE_DIRECTORY", "CARAVANA_UPLOAD_MAX_SIZE"));
        Set<String> asked = new TreeSet<>();
        Checks.files(Pattern.compile("."), "ops/bin")
                .forEach(script -> Pattern.compile("\\$\\{([A-Z_]+):\\?")
                        .matcher(Checks.read(script))
                        .results()
                        .forEach(m -> asked.add(m.group(1))));
        asked.forEach(a -> check(told.contains(a), "a script asks for %s", a));
        Checks.report("infra-static-instances", asked.size(), findings);
    }

    @Test
    void timesFitTogether() {
        Hcl.Block root = Hcl.module(Checks.TERRAFORM);
        Hcl.Block web = Hcl.module(Checks.TERRAFORM.resolve("modules/web"));
        int idle = Integer.parseInt(web.all("resource", "aws_lb").get(0).get("idle_timeout"));
        int keepAlive = number("ops/nginx/caravana.conf", "keepalive_timeout (\\d+)s");
        check(keepAlive > idle, "nginx keeps connections for %d s, the load balancer for %d s", keepAlive, idle);

        int delay = Integer.parseInt(defaultOf(root, "deregistration_delay_seconds"));
        int webStop = number("ops/systemd/caravana-web.service", "TimeoutStopSec=(\\d+)");
        check(webStop > delay, "web is killed after %d s, requests may take %d s", webStop, delay);

        int longestGrace = root.all("variable", "worker_grace_seconds").get(0).all("validation").stream()
                .map(v -> v.get("condition").replaceAll("\\D", ""))
                .mapToInt(Integer::parseInt)
                .findFirst()
                .orElseThrow();
        int phase = number("routes-worker/src/main/resources/application.yaml", "timeout-per-shutdown-phase: (\\d+)s");
        int workerStop = number("ops/systemd/caravana-worker.service", "TimeoutStopSec=(\\d+)");
        check(longestGrace + 15 <= phase, "the app's own limit of %d s is below grace and hand-back", phase);
        check(workerStop > phase, "the worker is killed after %d s, and may take %d s", workerStop, phase);

        // The queue's own visibility timeout is twice the longest task, and 12 hours at most.
        String longestTask = local(root, "longest_task_seconds");
        String worker = "routes-worker/src/main/resources/application.yaml";
        String expected = "min(%d + %d * local.video_max_seconds, %d)"
                .formatted(
                        60 * number(worker, "base-time-limit: (\\d+)m"),
                        number(worker, "time-limit-factor: (\\d+)"),
                        12 * 3600 / 2);
        check(longestTask.equals(expected), "longest_task_seconds is %s instead of %s", longestTask, expected);
        Checks.report("infra-static-times", 5, findings);
    }

    private static int number(String file, String pattern) {
        Matcher matcher = Pattern.compile(pattern).matcher(Checks.read(Checks.ROOT.resolve(file)));
        assertThat(matcher.find()).as("%s in %s", pattern, file).isTrue();
        return Integer.parseInt(matcher.group(1));
    }

    private static String local(Hcl.Block module, String name) {
        return module.all("locals").stream()
                .map(l -> l.get(name))
                .filter(value -> !value.isEmpty())
                .findFirst()
                .orElseThrow();
    }

    private static String defaultOf(Hcl.Block module, String variable) {
        return module.all("variable", variable).get(0).get("default");
    }

    /** Of each variable that is an object, the names in its type. */
    private static Map<String, Set<String>> objectAttributes(Hcl.Block module) {
        Map<String, Set<String>> all = new TreeMap<>();
        for (Hcl.Block variable : module.all("variable")) {
            Set<String> names = new TreeSet<>();
            OBJECT_ATTRIBUTE.matcher(variable.get("type")).results().forEach(m -> names.add(m.group(1)));
            all.put(variable.labels().get(0), names);
        }
        return all;
    }

    private static List<Path> modules() {
        List<Path> folders = new ArrayList<>(List.of(Checks.TERRAFORM));
        Checks.files(Pattern.compile("modules/\\w+/main\\.tf|observability/alarms\\.tf"), "infra/terraform").stream()
                .map(Path::getParent)
                .distinct()
                .forEach(folders::add);
        assertThat(folders).hasSizeGreaterThan(1);
        return folders;
    }

    private static String alarms() {
        return Hcl.module(Checks.TERRAFORM.resolve("modules/observability")).all("locals").stream()
                .map(l -> l.get("alarms"))
                .filter(a -> !a.isEmpty())
                .findFirst()
                .orElseThrow();
    }

    /** The variables that an instance's environment file has. */
    private static Set<String> environmentFile() {
        Set<String> names = new TreeSet<>();
        Hcl.module(Checks.TERRAFORM).all("locals").forEach(l -> {
            names.addAll(keys(l.get("shared_settings")));
            names.addAll(keys(l.get("limit_settings")));
            names.addAll(keys(l.get("secret_settings")));
        });
        for (String tier : List.of("web", "worker")) {
            Hcl.module(Checks.TERRAFORM.resolve("modules/" + tier))
                    .all("module", "instances")
                    .forEach(m -> names.addAll(keys(m.get("settings"))));
        }
        Pattern.compile("([A-Z][A-Z0-9_]+): \\$")
                .matcher(Checks.read(Checks.ROOT.resolve("ops/bin/put-web-secret")))
                .results()
                .forEach(m -> names.add(m.group(1)));
        assertThat(names).contains("S3_BUCKET", "REDIS_URL", "CARAVANA_WORK_DIR", "JWT_PRIVATE_KEY");
        return names;
    }

    /** The variables that web or worker read. */
    private static Set<String> appVariables() {
        Set<String> names = new TreeSet<>();
        Checks.files(
                        Pattern.compile("\\.(yaml|java)$"),
                        "core/src/main",
                        "routes-web/src/main",
                        "routes-worker/src/main")
                .forEach(file ->
                        APP_VARIABLE.matcher(Checks.read(file)).results().forEach(m -> names.add(m.group(1))));
        assertThat(names).contains("DATABASE_URL", "SQS_QUEUE_URL");
        return names;
    }

    /** Names in capitals that an object gives values to. */
    private static Set<String> keys(String object) {
        Set<String> names = new TreeSet<>();
        Pattern.compile("(?m)^\\s*([A-Z][A-Z0-9_]+)\\s*=")
                .matcher(object)
                .results()
                .forEach(m -> names.add(m.group(1)));
        return names;
    }

    private void check(boolean good, String finding, Object... arguments) {
        if (!good) {
            findings.add(String.format(finding, arguments));
        }
    }
}
