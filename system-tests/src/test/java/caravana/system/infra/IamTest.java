package caravana.system.infra;

import caravana.checks.RouteFiles;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * Holds what an instance's role may do against what its routes, its code, its scripts and its log agent do, both ways, and
 * prints who needs what.
 */
class IamTest {

    /** The permission that an operation takes. */
    private static final Map<String, String> ACTIONS = Map.ofEntries(
            Map.entry("putObject", "s3:PutObject"),
            Map.entry("createMultipartUpload", "s3:PutObject"),
            Map.entry("uploadPart", "s3:PutObject"),
            Map.entry("completeMultipartUpload", "s3:PutObject"),
            Map.entry("abortMultipartUpload", "s3:AbortMultipartUpload"),
            Map.entry("listMultipartUploads", "s3:ListBucketMultipartUploads"),
            Map.entry("listPartsPaginator", "s3:ListMultipartUploadParts"),
            Map.entry("getObject", "s3:GetObject"),
            Map.entry("getObjectAsBytes", "s3:GetObject"),
            Map.entry("sign", "s3:GetObject"),
            Map.entry("headObject", "s3:GetObject"),
            Map.entry("deleteObject", "s3:DeleteObject"),
            Map.entry("deleteObjects", "s3:DeleteObject"),
            Map.entry("listObjects", "s3:ListBucket"),
            Map.entry("listObjectsV2", "s3:ListBucket"),
            Map.entry("listObjectsV2Paginator", "s3:ListBucket"),
            Map.entry("headBucket", "s3:ListBucket"),
            Map.entry("sendMessage", "sqs:SendMessage"),
            Map.entry("receiveMessage", "sqs:ReceiveMessage"),
            Map.entry("deleteMessage", "sqs:DeleteMessage"),
            Map.entry("changeMessageVisibility", "sqs:ChangeMessageVisibility"),
            Map.entry("changeMessageVisibilityBatch", "sqs:ChangeMessageVisibility"),
            Map.entry("getQueueAttributes", "sqs:GetQueueAttributes"),
            Map.entry("getSecretValue", "secretsmanager:GetSecretValue"));

    /** Which objects a step of a route or a class handles; their keys are made at run time. */
    private static final Map<String, List<String>> OBJECTS = Map.ofEntries(
            Map.entry("probe-object", List.of("uploads/*", "processed/*")),
            Map.entry("put-asset", List.of("assets/*")),
            Map.entry("purge-asset", List.of("assets/*")),
            Map.entry("get-asset", List.of("assets/*")),
            Map.entry("put-export", List.of("exports/*")),
            Map.entry("purge-export", List.of("exports/*")),
            Map.entry("erase-late-original", List.of("uploads/*")),
            Map.entry("purge-original", List.of("uploads/*")),
            Map.entry("remove-old-original", List.of("uploads/*")),
            Map.entry("delete-original", List.of("uploads/*")),
            Map.entry("delete-discarded-original", List.of("uploads/*")),
            Map.entry("delete-late-put", List.of("uploads/*")),
            Map.entry("delete-earlier-try", List.of("uploads/*")),
            Map.entry("delete-left-object", List.of("uploads/*")),
            Map.entry("get-object", List.of("uploads/*")),
            Map.entry("put-output", List.of("processed/*")),
            Map.entry("put-part", List.of("processed/*")),
            Map.entry("get-part", List.of("processed/*")),
            Map.entry("put-segment", List.of("processed/*")),
            Map.entry("delete-output", List.of("processed/*")),
            Map.entry("PartStore", List.of("uploads/*")),
            Map.entry("PresignedLinks", List.of("uploads/*", "processed/*", "exports/*")),
            Map.entry("StoredResults", List.of("processed/*")),
            Map.entry("RouteStore", List.of("routes/*")));

    /** Calls either queue, by its parameter. */
    private static final String EITHER_QUEUE = "QueueStats";

    /** What operators do with their own credentials, from the same code. */
    private static final Set<String> BY_OPERATORS = Set.of("RouteStore putObject");

    private final List<String> findings = new ArrayList<>();
    /** By "role action resource": who needs it. */
    private final Map<String, Set<String>> needs = new TreeMap<>();

    @Test
    void rolesMayDoWhatTheirAppsDoAndNothingElse() {
        for (String role : List.of("web", "worker")) {
            findInRoutes(role);
            findInCode(role);
            findInScripts(role);
            findInAgent(role);
            findInSessionManager(role);
        }
        Map<String, Boolean> grants = new TreeMap<>();
        for (String role : List.of("web", "worker")) {
            Hcl.Block own = Hcl.module(Checks.TERRAFORM.resolve("modules/" + role));
            Hcl.Block common = Hcl.module(Checks.TERRAFORM.resolve("modules/instances"));
            List<Hcl.Block> documents = new ArrayList<>(own.all("data", "aws_iam_policy_document"));
            documents.addAll(common.all("data", "aws_iam_policy_document"));
            documents.stream()
                    .filter(d -> !d.labels().get(1).equals("trust"))
                    .flatMap(d -> d.all("statement").stream())
                    .forEach(s -> granted(s, role).forEach(g -> grants.put(g, true)));
        }

        System.out.println("| role | action | resource | needed by |\n| --- | --- | --- | --- |");
        for (String grant : grants.keySet()) {
            Set<String> by = needs.getOrDefault(grant, Set.of());
            String why = String.join(", ", by);
            String[] parts = grant.split(" ", 3);
            System.out.printf("| %s | `%s` | %s | %s |%n", parts[0], parts[1], parts[2], why);
            if (why.isEmpty()) {
                findings.add("granted, and nothing needs it: " + grant);
            }
        }
        needs.forEach((need, by) -> {
            if (!grants.containsKey(need)) {
                findings.add("not granted: " + need + ", for " + by);
            }
        });
        Checks.report("infra-static-iam", grants.size(), findings);
    }

    private List<String> granted(Hcl.Block statement, String role) {
        List<String> grants = new ArrayList<>();
        for (MatchResult action : Pattern.compile("\"([\\w-]+:\\w+)\"")
                .matcher(statement.get("actions"))
                .results()
                .toList()) {
            // These actions know no resource.
            boolean session = action.group(1).startsWith("ssmmessages:")
                    || action.group(1).equals("ssm:UpdateInstanceInformation");
            List<String> resources = session ? List.of("no resource") : resources(statement.get("resources"));
            for (String resource : resources) {
                grants.add(role + " " + action.group(1) + " " + resource);
            }
        }
        return grants;
    }

    private List<String> resources(String expression) {
        Map<String, String> names = new LinkedHashMap<>();
        names.put("var.queue_arn", "job queue");
        names.put("var.dead_letter_queue_arn", "dead-letter queue");
        names.put("/uploads/*", "uploads/*");
        names.put("/processed/*", "processed/*");
        names.put("/assets/*", "assets/*");
        names.put("/exports/*", "exports/*");
        names.put("/routes/*", "routes/*");
        names.put("[var.bucket_arn]", "bucket, by prefix");
        names.put(":ssm:", "own settings");
        names.put("var.secret_arns", "own secrets");
        names.put("var.log_group_arns", "own log groups");
        names.put("[\"*\"]", "own namespace of metrics");
        names.put("aws_autoscaling_group.this.arn", "own group");
        names.put(":autoScalingGroupName/${local.group}", "own group");
        List<String> found = names.entrySet().stream()
                .filter(e -> expression.contains(e.getKey()))
                .map(Map.Entry::getValue)
                .toList();
        if (found.isEmpty()) {
            findings.add("resource not understood: " + expression);
        }
        return found;
    }

    /** The routes of this tier, and those of both that they call. */
    private void findInRoutes(String tier) {
        List<String> own = new ArrayList<>(RouteFiles.folders(tier));
        List<String> both = new ArrayList<>(own);
        both.retainAll(RouteFiles.folders(tier.equals("web") ? "worker" : "web"));
        own.removeAll(both);
        List<Path> files = new ArrayList<>(files(own));
        String text = String.join("\n", files.stream().map(Checks::read).toList());
        List<Path> shared = new ArrayList<>(files(both));
        for (boolean more = true; more; ) {
            String sofar = text;
            List<Path> called = shared.stream()
                    .filter(f -> sofar.contains(
                            "direct:" + f.getFileName().toString().replace(".camel.yaml", "")))
                    .toList();
            shared.removeAll(called);
            files.addAll(called);
            text += String.join("\n", called.stream().map(Checks::read).toList());
            more = !called.isEmpty();
        }
        files.forEach(f -> findInRoute(tier, Checks.read(f).lines().toList()));
    }

    private static List<Path> files(List<String> folders) {
        return folders.stream()
                .flatMap(folder ->
                        Checks.files(Pattern.compile("\\.camel\\.yaml$"), "src/main/resources/camel/" + folder)
                                .stream())
                .toList();
    }

    private void findInRoute(String tier, List<String> lines) {
        String route = "";
        String step = "";
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).strip();
            if (line.startsWith("id: ")) {
                step = line.substring(4);
                route = lines.get(i).startsWith("    id: ") ? step : route;
            } else if (line.startsWith("uri: aws2-")) {
                boolean consumer = lines.get(i).startsWith("      uri: ");
                String endpoint = parameters(lines, i);
                String operation = Pattern.compile("operation: (\\w+)")
                        .matcher(endpoint)
                        .results()
                        .map(m -> m.group(1))
                        .findFirst()
                        .orElse(consumer ? "receiveMessage" : line.contains("aws2-sqs") ? "sendMessage" : "putObject");
                need(tier, operation, step, endpoint, route);
            }
        }
    }

    /** The lines of an endpoint's parameters, which are indented below its URI. */
    private static String parameters(List<String> lines, int uri) {
        int indent = lines.get(uri).indexOf("uri:");
        StringBuilder text = new StringBuilder();
        for (int i = uri + 1; i < lines.size(); i++) {
            String line = lines.get(i);
            boolean below = line.isBlank()
                    || line.startsWith(" ".repeat(indent + 1))
                    || line.startsWith(" ".repeat(indent) + "parameters:");
            if (!below) {
                break;
            }
            text.append(line).append('\n');
        }
        return text.toString();
    }

    private void findInCode(String tier) {
        Pattern call = Pattern.compile("\\b(?:s3|sqs|presigner|secrets)\\s*\\.(\\w+)\\(");
        for (Path file : Checks.files(Pattern.compile("\\.java$"), "core/src/main", "routes-" + tier + "/src/main")) {
            String code = Checks.read(file);
            if (!code.contains("software.amazon.awssdk.services")) {
                continue;
            }
            String unit = file.getFileName().toString().replace(".java", "");
            call.matcher(code)
                    .results()
                    .filter(m -> !Set.of("serviceName", "close", "utilities", "serviceClientConfiguration")
                            .contains(m.group(1)))
                    .forEach(m -> {
                        String arguments = code.substring(m.end(), Math.min(code.length(), m.end() + 200));
                        need(tier, m.group(1), unit, arguments.split(";")[0], unit);
                    });
        }
    }

    private void need(String tier, String operation, String step, String arguments, String by) {
        String action = ACTIONS.get(operation);
        if (BY_OPERATORS.contains(step + " " + operation)) {
            return;
        }
        if (action == null) {
            findings.add(by + ": say in IamTest which permission " + operation + " takes");
        } else if (action.startsWith("sqs:")) {
            boolean dead = arguments.contains("dlq");
            if (dead || step.equals(EITHER_QUEUE)) {
                add(tier, action, "dead-letter queue", by);
            }
            if (!dead) {
                add(tier, action, "job queue", by);
            }
        } else if (action.startsWith("secretsmanager:")) {
            add(tier, action, "own secrets", by);
        } else if (action.equals("s3:ListBucket")) {
            add(tier, action, "bucket, by prefix", by);
        } else if (action.equals("s3:ListBucketMultipartUploads")) {
            add(tier, action, "bucket, by prefix", by);
        } else if (!OBJECTS.containsKey(step)) {
            findings.add(by + ": say in IamTest which objects " + step + " handles");
        } else {
            OBJECTS.get(step).forEach(objects -> add(tier, action, objects, by));
            if (action.equals("s3:PutObject")) {
                // It looks at what is stored when the answer to a write was lost.
                OBJECTS.get(step).forEach(objects -> add(tier, "s3:GetObject", objects, "WriteOnceClient"));
                add(tier, "s3:ListBucket", "bucket, by prefix", "WriteOnceClient");
            }
            if (action.equals("s3:GetObject")) {
                // Without it a missing object is 403, not 404.
                add(tier, "s3:ListBucket", "bucket, by prefix", by);
            }
        }
    }

    /** The `aws` commands in the scripts that the tier's units run. */
    private void findInScripts(String tier) {
        Set<String> units = new TreeSet<>();
        String target = Checks.read(Checks.ROOT.resolve("ops/systemd/caravana-" + tier + ".target"));
        Pattern.compile("caravana-[\\w-]+\\.service").matcher(target).results().forEach(m -> units.add(m.group()));
        units.add("caravana-configuration.service");
        for (String unit : units) {
            String text = Checks.read(Checks.ROOT.resolve("ops/systemd/" + unit));
            for (MatchResult script : Pattern.compile("/opt/caravana/bin/([\\w-]+)")
                    .matcher(text)
                    .results()
                    .toList()) {
                Set<String> commands = new HashSet<>();
                Pattern.compile("\\baws (autoscaling|ssm|secretsmanager|rds|ec2|s3|sqs) ([\\w-]+)")
                        .matcher(Checks.read(Checks.ROOT.resolve("ops/bin/" + script.group(1))))
                        .results()
                        .forEach(m -> commands.add(m.group(1) + " " + m.group(2)));
                for (String command : commands) {
                    String service = command.split(" ")[0];
                    String resource = Map.of("autoscaling", "own group", "ssm", "own settings")
                            .getOrDefault(service, "own secrets");
                    add(tier, service + ":" + camel(command.split(" ")[1]), resource, script.group(1));
                }
            }
        }
    }

    /** {@code get-secret-value} as {@code GetSecretValue}. */
    private static String camel(String command) {
        return Pattern.compile("(?:^|-)(\\w)")
                .matcher(command)
                .replaceAll(m -> m.group(1).toUpperCase(Locale.ROOT));
    }

    private void findInAgent(String tier) {
        String agent = Checks.read(Checks.ROOT.resolve("infra/packer/cloudwatch/" + tier + "/agent.json"));
        if (agent.contains("\"logs\"")) {
            for (String action : List.of("CreateLogStream", "DescribeLogStreams", "PutLogEvents")) {
                add(tier, "logs:" + action, "own log groups", "CloudWatch agent");
            }
        }
        if (agent.contains("\"metrics\"")) {
            add(tier, "cloudwatch:PutMetricData", "own namespace of metrics", "CloudWatch agent");
        }
    }

    /** What Session Manager's agent, which the image has, calls: AWS's documentation lists it. */
    private void findInSessionManager(String tier) {
        if (Checks.read(Checks.ROOT.resolve("infra/packer/provision.sh")).contains("enable amazon-ssm-agent")) {
            for (String action : List.of(
                    "ssm:UpdateInstanceInformation",
                    "ssmmessages:CreateControlChannel",
                    "ssmmessages:CreateDataChannel",
                    "ssmmessages:OpenControlChannel",
                    "ssmmessages:OpenDataChannel")) {
                add(tier, action, "no resource", "Session Manager's agent");
            }
        }
    }

    private void add(String tier, String action, String resource, String by) {
        needs.computeIfAbsent(tier + " " + action + " " + resource, k -> new TreeSet<>())
                .add(by);
    }
}
