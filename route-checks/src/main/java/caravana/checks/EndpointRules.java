package caravana.checks;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/** Checks for options of endpoints that Camel accepts, but that lose jobs, leak memory or are insecure. */
final class EndpointRules implements Rule, FileRule {

    private static final String JOBS = "aws2-sqs:{{caravana.sqs.queue-name}}";
    private static final String OUR_QUEUES = "{{caravana.sqs.";

    private static final Set<String> DEPLOYMENT = Set.of(
            "accesskey",
            "secretkey",
            "sessiontoken",
            "region",
            "urioverride",
            "overrideendpoint",
            "uriendpointoverride");

    /** Options that Camel takes as any text, though only some are of use: lists with commas. */
    private static final Map<String, Set<String>> LISTS = Map.of(
            "httpMethodRestrict",
            Set.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT"),
            "attributeNames",
            Set.of(
                    "All",
                    "SenderId",
                    "SentTimestamp",
                    "ApproximateReceiveCount",
                    "ApproximateFirstReceiveTimestamp",
                    "SequenceNumber",
                    "MessageDeduplicationId",
                    "MessageGroupId",
                    "AWSTraceHeader",
                    "DeadLetterQueueSourceArn"));

    /** Components whose path is an expression, or is looked at by another rule. */
    private static final List<String> EVALUATING = List.of("language", "direct");

    /** Programs that the apps run; a machine may have others. */
    private static final Set<String> PROGRAMS = Set.of("ffmpeg", "ffprobe");

    /** What S3 does with one object. */
    private static final Set<String> OF_AN_OBJECT =
            Set.of("putObject", "deleteObject", "getObject", "getObjectRange", "headObject");

    private static final Set<String> COPYING = Set.of("split", "multicast", "recipientList");

    /** Timers of the worker that continue as long as its jobs do. */
    private static final Set<String> WHILE_DRAINING =
            Set.of("keep-lease", "publish-progress", "watch-commands", "watch-intake");

    @Override
    public void check(RouteTree tree, Consumer<Finding> report) {
        queues(tree, report);
        keys(tree, report);
    }

    /** An object has a key: the option, or a header that is set before the step, in its route or in one that calls it. */
    private static void keys(RouteTree tree, Consumer<Finding> report) {
        Reach reach = new Reach(tree);
        for (RouteTree.Placed placed : tree.steps()) {
            Route.Step step = placed.step();
            String operation = step.parameter("operation").isEmpty() ? "putObject" : step.parameter("operation");
            if (!step.uses("aws2-s3") || !step.parameter("keyName").isEmpty() || !OF_AN_OBJECT.contains(operation)) {
                continue;
            }
            Route owner = placed.owner();
            boolean isSet = setsKey(owner, step, tree, new HashSet<>())
                    || tree.routes().stream()
                            .filter(route ->
                                    reach.of(route).contains(owner.from().uri()))
                            .anyMatch(route -> setsKey(route, null, tree, new HashSet<>(Set.of(owner))));
            if (!isSet) {
                report.accept(new Finding(
                        placed.file(),
                        placed.line(),
                        "object-without-key",
                        operation + " does not say which object, and fails each time",
                        "Set keyName: to the object's key"));
            }
        }
    }

    /**
     * Whether a route or one that it calls sets the header with the key, or leaves that of what it got, before a step of it.
     *
     * @param before null for anywhere in the route
     */
    private static boolean setsKey(Route route, Route.Step before, RouteTree tree, Set<Route> seen) {
        if (!seen.add(route)) {
            return false;
        }
        for (Route.Step step : route.everyStep()) {
            if (step.equals(before)) {
                return false;
            }
            if (HeaderRules.headers(step).anyMatch(header -> header.text("name").equals("CamelAwsS3Key"))
                    || step.uses("aws2-s3") && step.parameter("operation").startsWith("getObject")
                    // What happens to a part of a message, or to a copy of it, stays there.
                    || !isCopied(route, step)
                            && tree.consumers(step.uri()).stream()
                                    .anyMatch(called -> setsKey(called, null, tree, seen))) {
                return true;
            }
        }
        return false;
    }

    private static boolean isCopied(Route route, Route.Step step) {
        return step.kind().equals("wireTap")
                || route.everyStep().stream()
                        .filter(other -> COPYING.contains(other.kind()))
                        .anyMatch(other -> Route.stepsOf(other.element()).contains(step));
    }

    @Override
    public void check(RouteFile file, Consumer<Finding> report) {
        for (Route route : file.routes()) {
            Route.Step from = route.from();
            consumer(route, from, report);
            endpoint(route, from, report);
            route.steps().forEach(step -> endpoint(route, step, report));
        }
    }

    /** A queue has one name and one address. */
    private static void queues(RouteTree tree, Consumer<Finding> report) {
        Map<String, String> urls = new HashMap<>();
        Map<String, String> names = new HashMap<>();
        List<RouteTree.Placed> ends = new ArrayList<>(tree.steps());
        tree.routes().forEach(route -> ends.add(new RouteTree.Placed(route, route.from())));
        for (RouteTree.Placed placed : ends) {
            if (!placed.step().uses("aws2-sqs")) {
                continue;
            }
            String url = placed.step().parameter("queueUrl");
            // Addresses that are none of the settings' are another rule's.
            if (url.startsWith(OUR_QUEUES)
                    && (!placed.step().uri().contains("{{")
                            || placed.step().uri().contains(OUR_QUEUES))) {
                String name = placed.step().uri();
                String otherUrl = urls.putIfAbsent(name, url);
                String otherName = names.putIfAbsent(url, name);
                boolean twoUrls = otherUrl != null && !otherUrl.equals(url);
                if (twoUrls || otherName != null && !otherName.equals(name)) {
                    report.accept(new Finding(
                            placed.file(),
                            placed.line(),
                            "queue-mixed-up",
                            twoUrls
                                    ? name + " has the queueUrl " + url + " here and " + otherUrl + " elsewhere"
                                    : "The queue at " + url + " is " + name + " here and " + otherName + " elsewhere",
                            "Write name and address of the queue that is meant"));
                }
            }
        }
    }

    private static void consumer(Route route, Route.Step from, Consumer<Finding> report) {
        if (from.uses("aws2-sqs")) {
            if (!from.parameter("greedy").equals("true")) {
                report.accept(finding(
                        route,
                        from,
                        "sqs-not-greedy",
                        "Without greedy a consumer takes two messages a second at most",
                        "Set greedy: true"));
            }
            if (!from.parameter("deleteAfterRead").equals("false")) {
                report.accept(finding(
                        route,
                        from,
                        "sqs-delete-after-read",
                        "The consumer deletes every message automatically, also that of a job that failed",
                        "Set deleteAfterRead: false, and acknowledge by direct:acknowledge-job"));
            }
            if (from.parameter("headerFilterStrategy").isEmpty()) {
                report.accept(finding(
                        route,
                        from,
                        "sqs-attributes-taken",
                        "Each attribute that a sender sets becomes a header, and headers steer what components do",
                        "Set headerFilterStrategy: \"#nothingFromSenders\""));
            }
            if (from.uri().equals(JOBS)) {
                ofJobs(
                        route,
                        from,
                        "amazonSQSClient",
                        "#intakeClient",
                        "takes jobs also while the intake is closed",
                        report);
                ofJobs(
                        route,
                        from,
                        "maxMessagesPerPoll",
                        "1",
                        "keeps jobs from the other workers until it comes to them",
                        report);
            }
        }
        if (from.uses("timer")
                && WHILE_DRAINING.contains(route.id())
                && !route.element().text("shutdownRoute").equals("Defer")) {
            report.accept(finding(
                    route,
                    from,
                    "heartbeat-not-deferred",
                    "This would stop when draining begins, and the jobs that still run need it: others would take them, nobody could cancel them, or their worker would look dead",
                    "Set shutdownRoute: Defer on the route"));
        }
        String timer = from.uri().replaceFirst("^timer:", "");
        if (from.uses("timer")
                && !timer.equals(route.id())
                && !Nearest.to(timer, List.of(route.id())).isEmpty()) {
            report.accept(finding(
                    route,
                    from,
                    "timer-name",
                    "The timer is not named after its route, and two timers of one name share a thread",
                    "Write uri: timer:" + route.id()));
        }
        from.element()
                .get("parameters")
                .ifPresent(parameters -> LISTS.forEach((name, known) -> parameters
                        .get(name)
                        .filter(list ->
                                !list.text().contains("{{") && !list.text().contains(" "))
                        .ifPresent(list -> listed(route.file(), name, list, known, report))));
        if (from.parameter("httpMethodRestrict").contains(" ")) {
            report.accept(finding(
                    route,
                    from,
                    "http-methods-with-space",
                    "A space in httpMethodRestrict opens every method",
                    "Write GET,POST without spaces"));
        }
    }

    /** Options that a consumer of jobs needs, and that others need not have. */
    private static void ofJobs(
            Route route, Route.Step from, String option, String value, String otherwise, Consumer<Finding> report) {
        String is = from.parameter(option);
        boolean other =
                is.matches("\\d+") || Vocabulary.of(AppFolders.WORKER).beans().containsKey(is.replaceFirst("^#", ""));
        if (is.isEmpty() || other && !is.equals(value)) {
            report.accept(finding(
                    route,
                    from,
                    "sqs-jobs-held",
                    "Without " + option + ": " + value + " the consumer of jobs " + otherwise,
                    "Set " + option + ": " + (value.startsWith("#") ? '"' + value + '"' : value)));
        }
    }

    private static void listed(String file, String name, Element list, Set<String> known, Consumer<Finding> report) {
        for (String value : list.text().split(",", -1)) {
            if (!known.contains(value)) {
                report.accept(new Finding(
                        file,
                        list.line(),
                        "endpoint-options",
                        name + " cannot be " + (value.isEmpty() ? "empty" : value),
                        "Write what it can be" + Nearest.orOneOf(value, known)));
            }
        }
    }

    private static void endpoint(Route route, Route.Step step, Consumer<Finding> report) {
        if (step.uses("aws2-sqs") && step.parameter("queueUrl").isBlank()) {
            report.accept(finding(
                    route,
                    step,
                    "sqs-without-url",
                    "By its name alone the queue is looked up at the start, which fails while SQS is unavailable",
                    "Set queueUrl: \"{{caravana.sqs.queue-url}}\""));
        }
        if (step.uses("exec")
                && !List.of(step.parameter("binding"), step.parameter("commandExecutor"))
                        .equals(List.of("#toolBinding", "#toolExecutor"))) {
            report.accept(finding(
                    route,
                    step,
                    "exec-unguarded",
                    "Camel's own exec obeys headers, and leaves what it started behind",
                    "Set binding: \"#toolBinding\" and commandExecutor: \"#toolExecutor\""));
        }
        if (step.kind().equals("to")
                && step.uri().contains("${")
                && EVALUATING.stream().noneMatch(step::uses)) {
            report.accept(finding(
                    route,
                    step,
                    "uri-not-evaluated",
                    "to takes its endpoint as it stands: " + step.uri() + " is not evaluated",
                    "Write toD:, or an option that the component evaluates"));
        }
        String program = step.uri().replaceFirst("^exec:", "");
        if (step.uses("exec") && Nearest.isSlip(program, PROGRAMS)) {
            report.accept(finding(
                    route,
                    step,
                    "program-unknown",
                    "There is no program " + program,
                    "Write the one that is meant" + Nearest.to(program, PROGRAMS)));
        }
        if (step.parameter("operation").equals("getObject")
                && !route.element().text("streamCache").equals("false")) {
            report.accept(finding(
                    route,
                    step,
                    "get-object-cached",
                    "Stream caching takes the whole object into the heap",
                    "Set streamCache: false on the route"));
        }
        step.element()
                .get("parameters")
                .ifPresent(parameters -> parameters.fields().forEach((name, value) -> {
                    if (DEPLOYMENT.contains(name.toLowerCase(Locale.ROOT))
                            || step.uri().startsWith("aws2-") && value.text().matches("https?:.*")) {
                        report.accept(new Finding(
                                route.file(),
                                value.line(),
                                "deployment-in-route",
                                name + " belongs to a deployment and not to a route",
                                "Leave it out: the client has it from the settings"));
                    }
                }));
    }

    private static Finding finding(Route route, Route.Step step, String id, String what, String instead) {
        return new Finding(route.file(), step.element().line(), id, what, instead);
    }
}
