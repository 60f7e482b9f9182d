package caravana.checks;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/** What comes before what in the flow of a job, that no way through it forgets the message, and who handles its failures. */
final class OrderRules implements Rule, FileRule {

    private static final String DIRECT = "direct:";
    private static final String ACKNOWLEDGE = "direct:acknowledge-job";
    private static final String SEND_DEAD_LETTER = "aws2-sqs:{{caravana.sqs.dlq-name}}";

    /**
     * Of two steps, which is the first: what the second uses, makes known or deletes, the first has made, sent or kept. The
     * first stands in a list itself; the second in the same one, or within one of its steps.
     *
     * <p>They cannot be derived from the contracts in the routes' notes, which name properties: most of these acts leave
     * none, such as a message that is sent or a row that is marked.
     */
    static final List<List<String>> BEFORE = List.of(
            // A job, and its end.
            List.of("direct:read-job", "direct:claim-job"),
            List.of("direct:claim-job", "direct:fetch-original"),
            List.of("direct:fetch-original", "direct:probe-original"),
            List.of("direct:probe-original", "direct:transcode-video"),
            List.of("direct:transcode-video", "direct:check-result"),
            List.of("direct:check-result", "direct:store-outputs"),
            List.of("direct:store-outputs", "direct:commit-result"),
            List.of("direct:commit-result", ACKNOWLEDGE),
            List.of("bean:originalDigest.watch", "file:{{caravana.worker.work-dir}}"),
            List.of("statement:commit-result.sql", "bean:jobMetrics.ended"),
            // A job that failed.
            List.of("direct:describe-failure", "direct:dead-letter-job"),
            List.of("direct:describe-failure", "direct:delete-outputs"),
            List.of("direct:describe-failure", "direct:fail-permanently"),
            List.of("direct:describe-failure", "direct:probe-systems"),
            List.of("direct:describe-failure", "direct:probe-tools"),
            List.of("direct:describe-failure", "direct:reject-job"),
            List.of("direct:describe-failure", "direct:requeue-in-outage"),
            List.of("direct:describe-failure", "direct:requeue-job"),
            List.of("direct:describe-failure", "direct:retry-later"),
            List.of("direct:describe-failure", "bean:intake.unavailable"),
            List.of("direct:probe-systems", "direct:requeue-in-outage"),
            List.of("direct:probe-tools", "direct:requeue-in-outage"),
            List.of("bean:intake.unavailable", "direct:requeue-in-outage"),
            List.of("direct:describe-lost-worker", "direct:fail-permanently"),
            List.of("setProperty:set-exhausted-code", "direct:fail-permanently"),
            List.of("direct:describe-lost-worker", "direct:fail-job"),
            List.of("setBody:set-dead-message", SEND_DEAD_LETTER),
            List.of("setProperty:note-dead-letter-time", SEND_DEAD_LETTER),
            List.of("direct:dead-letter-job", "statement:fail-video.sql"),
            List.of("direct:dead-letter-job", ACKNOWLEDGE),
            List.of("direct:fail-job", ACKNOWLEDGE),
            List.of("direct:fail-job", "bean:jobMetrics.ended"),
            List.of("direct:fail-job", "bean:reconcilerMetrics.count"),
            List.of("statement:reject-job.sql", "bean:jobMetrics.ended"),
            List.of("statement:reject-job.sql", ACKNOWLEDGE),
            List.of("statement:requeue-job.sql", "direct:replace-message"),
            List.of("statement:retry-later.sql", "direct:postpone-job"),
            List.of("bean:jobLease.postpone", "direct:replace-message"),
            List.of("bean:routeDefects.setDelay", "direct:replace-message"),
            List.of("direct:delete-outputs", "direct:release-claim"),
            List.of("direct:release-claim", "direct:acknowledge-duplicate"),
            // A message may be given back until it is acknowledged, so that this is looked at afterwards.
            List.of(ACKNOWLEDGE, "statement:left-waiting.sql"),
            List.of("statement:left-waiting.sql", "direct:send-job"),
            // Messages: what is sent, and when that is known.
            List.of("setBody:set-message-copy", "direct:send-job"),
            List.of("direct:send-job", ACKNOWLEDGE),
            List.of("setBody:set-job-message", "direct:send-job"),
            List.of("direct:send-job", "statement:note-published.sql"),
            List.of("removeHeaders:remove-message-headers", "setHeader:set-delay-seconds"),
            List.of("setHeader:set-delay-seconds", "aws2-sqs:{{caravana.sqs.queue-name}}"),
            List.of("removeHeaders:remove-acknowledged-headers", "setHeader:set-receipt-handle"),
            List.of("setHeader:set-receipt-handle", "aws2-sqs:{{caravana.sqs.queue-name}}"),
            List.of("removeHeaders:remove-old-headers", "setHeaders:describe-dead-letter"),
            List.of("setHeaders:describe-dead-letter", SEND_DEAD_LETTER),
            // Uploads.
            List.of("bean:multipartUpload.checkAnnounced", "direct:open-upload"),
            List.of("direct:open-upload", "bean:multipartUpload.receive"),
            List.of("direct:open-upload", "bean:rawUpload.receive"),
            List.of("bean:multipartUpload.receive", "direct:settle-upload"),
            List.of("bean:rawUpload.receive", "direct:settle-upload"),
            List.of("direct:accept-upload", "direct:publish-job"),
            List.of("choice:choose-new-or-repeated", "direct:answer-accepted"),
            List.of("direct:publish-job", "direct:answer-accepted"),
            List.of("direct:publish-job", "statement:end-upload.sql"),
            // Calls that need permission.
            List.of("direct:find-own-video", "statement:delete-video.sql"),
            List.of("statement:delete-video.sql", "choice:check-deleted"),
            List.of("direct:find-own-video", "statement:retry-video.sql"),
            List.of("direct:describe-video", "bean:polling.checkUnchanged"),
            List.of("bean:polling.checkUnchanged", "statement:update-video.sql"),
            List.of("statement:retry-video.sql", "direct:publish-job"),
            List.of("direct:find-own-video", "statement:cancel-video.sql"),
            List.of("direct:find-own-video", "direct:check-object-stored"),
            List.of("direct:check-object-stored", "statement:process-again.sql"),
            List.of("statement:process-again.sql", "bean:processOrder.check"),
            List.of("bean:ownership.identify", "statement:restore-video.sql"),
            List.of("bean:processOrder.check", "direct:publish-job"),
            List.of("bean:accounts.enter", "statement:find-account.sql"),
            List.of("bean:accounts.check", "setBody:issue-token"),
            List.of("bean:accounts.open", "statement:insert-account.sql"),
            // Dead letters.
            List.of("direct:receive-dead-letters", "bean:deadLetterCommand.choose"),
            List.of("bean:deadLetterCommand.choose", "bean:deadLetters.putBack"),
            List.of("bean:deadLetterCommand.choose", "direct:redrive-dead-letter"),
            List.of("bean:deadLetterCommand.choose", "direct:delete-dead-letter"),
            List.of("statement:audit-discard.sql", "direct:delete-dead-letter"),
            List.of("direct:delete-dead-letter", "bean:deadLetterCommand.settle"),
            List.of("statement:redrive-video.sql", "direct:publish-job"),
            List.of("direct:publish-job", "bean:deadLetterCommand.settle"),
            List.of("direct:redrive-video", "direct:delete-dead-letter"),
            List.of("removeHeaders:remove-dead-letter-headers", "setHeader:set-dead-letter-handle"),
            List.of("setHeader:set-dead-letter-handle", SEND_DEAD_LETTER),
            // What the reconciler sends again, deletes and sweeps.
            List.of("statement:requeue-orphaned.sql", "direct:send-swept"),
            List.of("statement:resend-lost.sql", "direct:send-swept"),
            List.of("statement:send-unpublished.sql", "direct:send-swept"),
            List.of("direct:delete-results", "statement:delete-video-row.sql"),
            List.of("aws2-s3:{{caravana.s3.bucket}}", "statement:delete-video-row.sql"),
            List.of("aws2-s3:{{caravana.s3.bucket}}", "statement:delete-asset-row.sql"),
            List.of("aws2-s3:{{caravana.s3.bucket}}", "statement:delete-export-row.sql"),
            // Of the row that is the body until then.
            List.of("setVariable:note-never-ended", "direct:delete-results"),
            // Parts that are not removed can still become the object.
            List.of("direct:clean-upload", "aws2-s3:{{caravana.s3.bucket}}"),
            List.of("choice:check-purge-parts", "aws2-s3:{{caravana.s3.bucket}}"),
            List.of("statement:abandon-upload.sql", "aws2-s3:{{caravana.s3.bucket}}"),
            List.of("direct:list-results", "statement:show-outputs.sql"),
            List.of("statement:show-outputs.sql", "aws2-s3:{{caravana.s3.bucket}}"),
            List.of("split:for-each-listed", "statement:mark-swept.sql"));

    /** Beans whose call is the end of a job on this worker as well. */
    private static final Map<String, String> POSTPONING = Map.of("jobLease", "postpone");

    @Override
    public void check(RouteTree tree, Consumer<Finding> report) {
        Map<String, List<Route>> routes = new LinkedHashMap<>();
        tree.routes()
                .forEach(route -> routes.computeIfAbsent(route.from().uri(), first -> new ArrayList<>())
                        .add(route));
        twice(routes, report);
        circles(tree, routes, report);
        unsettled(tree, routes, report);
        handling(tree, report);
    }

    @Override
    public void check(RouteFile file, Consumer<Finding> report) {
        file.elements().forEach(element -> element.get("steps").ifPresent(steps -> order(file.name(), steps, report)));
    }

    private static void twice(Map<String, List<Route>> routes, Consumer<Finding> report) {
        routes.forEach((uri, list) -> {
            for (int i = 1; i < list.size(); i++) {
                Route first = list.get(0);
                Route second = list.get(i);
                boolean together = AppFolders.loadedWherever(first.file(), second.file())
                        || AppFolders.loadedWherever(second.file(), first.file());
                boolean sameMethods = first.from()
                        .parameter("httpMethodRestrict")
                        .equals(second.from().parameter("httpMethodRestrict"));
                if (together && sameMethods && !uri.isBlank()) {
                    report.accept(new Finding(
                            second.file(),
                            second.from().element().line("uri"),
                            "consumer-duplicate",
                            "The route " + first.id() + " begins with " + uri + " already, at " + first.file(),
                            "Give this route an endpoint of its own"));
                }
            }
        });
    }

    private static void circles(RouteTree tree, Map<String, List<Route>> routes, Consumer<Finding> report) {
        Set<String> done = new HashSet<>();
        for (Route route : tree.routes()) {
            circle(route, routes, new ArrayList<>(), done, report);
        }
    }

    private static void circle(
            Route route,
            Map<String, List<Route>> routes,
            List<String> way,
            Set<String> done,
            Consumer<Finding> report) {
        String uri = route.from().uri();
        way.add(uri);
        for (Route.Step step : route.steps()) {
            int start = way.indexOf(step.uri());
            if (start >= 0 && step.uri().startsWith(DIRECT)) {
                report.accept(new Finding(
                        route.file(),
                        step.element().line(),
                        "direct-cycle",
                        "This calls itself without end: " + String.join(" → ", way.subList(start, way.size())) + " → "
                                + step.uri(),
                        "Call another route, or end one of these before it"));
            } else if (step.uri().startsWith(DIRECT) && !done.contains(step.uri())) {
                routes.getOrDefault(step.uri(), List.of()).forEach(called -> circle(called, routes, way, done, report));
            }
        }
        way.remove(way.size() - 1);
        done.add(uri);
    }

    private static void order(String file, Element steps, Consumer<Finding> report) {
        // The steps of the list, each with those within it.
        List<Map<String, Integer>> lines =
                steps.items().stream().map(OrderRules::lines).toList();
        List<String> names = lines.stream().map(OrderRules::first).toList();
        for (List<String> pair : BEFORE) {
            int first = names.indexOf(pair.get(0));
            for (int i = 0; i < first; i++) {
                Integer line = lines.get(i).get(pair.get(1));
                if (line != null) {
                    report.accept(new Finding(
                            file,
                            line,
                            "step-order",
                            pair.get(1) + " comes before " + pair.get(0)
                                    + ", and would use or make known what has not happened yet",
                            "Put it behind " + pair.get(0)));
                    break;
                }
            }
        }
    }

    private static String first(Map<String, Integer> lines) {
        return lines.keySet().stream().findFirst().orElse("");
    }

    /** The names of an item in a list of steps, its own as the first, with their lines. */
    static Map<String, Integer> lines(Element item) {
        Map<String, Integer> lines = new LinkedHashMap<>();
        item.fields().forEach((kind, element) -> {
            lines.put(name(new Route.Step(kind, element)), element.line());
            Route.stepsOf(element)
                    .forEach(
                            step -> lines.putIfAbsent(name(step), step.element().line()));
        });
        return lines;
    }

    /** What a step is known by: its endpoint, a statement's file wherever it lies, a bean's method, or else its id. */
    private static String name(Route.Step step) {
        if (step.kind().equals("bean")) {
            return "bean:" + step.element().text("ref") + "."
                    + step.element().text("method").replaceFirst("\\(.*", "");
        }
        return step.uri().isEmpty()
                ? step.kind() + ":" + step.element().text("id")
                : step.uri().replaceFirst("^statement:.*/", "statement:");
    }

    /** Every way of a job ends in a step that acknowledges its message, replaces it, or hides it for a while. */
    private static void unsettled(RouteTree tree, Map<String, List<Route>> routes, Consumer<Finding> report) {
        Map<String, Boolean> settling = new HashMap<>();
        Set<String> handlings = new LinkedHashSet<>();
        for (Route route : tree.routes()) {
            if (route.from().uses("aws2-sqs")
                    && route.from().parameter("deleteAfterRead").equals("false")) {
                handlings.add(route.element().text("routeConfigurationId"));
                if (!settles(route.from().element(), routes, settling, false)) {
                    report.accept(unsettled(route.file(), route.from().element().line(), "the route " + route.id()));
                }
            }
        }
        for (Route configuration : tree.configurations()) {
            if (handlings.contains(configuration.id())) {
                configuration
                        .element()
                        .all()
                        .forEach(element -> element.get("onException")
                                .filter(Element::isMapping)
                                .filter(handler -> !settles(handler, routes, settling, true))
                                .ifPresent(handler -> report.accept(unsettled(
                                        configuration.file(), handler.line(), "the handler " + handler.text("id")))));
            }
        }
    }

    private static Finding unsettled(String file, int line, String what) {
        return new Finding(
                file,
                line,
                "not-acknowledged",
                "On one way through " + what + " nothing becomes of the message, and it comes back until it is dead",
                "End each way with " + ACKNOWLEDGE + ", or with one of the routes that retry, requeue or fail the job");
    }

    /**
     * Whether all ways through the steps below an element settle the message.
     *
     * @param mayComeBack whether a branch that only logs is meant to leave the message alone
     */
    private static boolean settles(
            Element parent, Map<String, List<Route>> routes, Map<String, Boolean> known, boolean mayComeBack) {
        List<Element> items = parent.get("steps").map(Element::items).orElse(List.of());
        boolean onlyLogs = !items.isEmpty()
                && items.stream().allMatch(item -> item.fields().containsKey("log"));
        return mayComeBack && onlyLogs
                || items.stream()
                        .anyMatch(item -> item.fields().entrySet().stream()
                                .anyMatch(step -> settles(
                                        new Route.Step(step.getKey(), step.getValue()), routes, known, mayComeBack)));
    }

    private static boolean settles(
            Route.Step step, Map<String, List<Route>> routes, Map<String, Boolean> known, boolean mayComeBack) {
        Element element = step.element();
        if (step.uri().equals(ACKNOWLEDGE) || step.kind().equals("throwException")) {
            return true;
        }
        if (step.kind().equals("bean")) {
            return element.text("method").replaceFirst("\\(.*", "").equals(POSTPONING.get(element.text("ref")));
        }
        if (step.uri().startsWith(DIRECT)) {
            String key = step.uri() + mayComeBack;
            if (known.putIfAbsent(key, false) == null) {
                known.put(
                        key,
                        routes.getOrDefault(step.uri(), List.of()).stream()
                                .anyMatch(route -> settles(route.from().element(), routes, known, mayComeBack)));
            }
            return known.get(key);
        }
        if (step.kind().equals("choice")) {
            return element.get("otherwise")
                            .filter(branch -> settles(branch, routes, known, mayComeBack))
                            .isPresent()
                    && element.get("when").map(Element::items).orElse(List.of()).stream()
                            .allMatch(branch -> settles(branch, routes, known, mayComeBack));
        }
        return step.kind().equals("doTry") && settles(element, routes, known, mayComeBack);
    }

    private static void handling(RouteTree tree, Consumer<Finding> report) {
        Map<String, Route> configurations = new HashMap<>();
        tree.configurations().forEach(configuration -> {
            configurations.put(configuration.id(), configuration);
            configuration
                    .element()
                    .all()
                    .forEach(element -> element.get("onException")
                            .filter(Element::isMapping)
                            .filter(handler -> handler.get("handled").isEmpty()
                                    && handler.get("continued").isEmpty())
                            .ifPresent(handler -> report.accept(new Finding(
                                    configuration.file(),
                                    handler.line(),
                                    "handled-missing",
                                    "The handler " + handler.text("id") + " does not say whether the failure ends here",
                                    "Set handled: or continued: with constant: \"true\""))));
            if (tree.routes().stream()
                    .noneMatch(route ->
                            route.element().text("routeConfigurationId").equals(configuration.id()))) {
                report.accept(new Finding(
                        configuration.file(),
                        configuration.element().line(),
                        "error-handling-unused",
                        "No route has the error handling " + configuration.id(),
                        "Name it under routeConfigurationId: of the routes that it is for, or delete it"));
            }
        });
        for (Route route : tree.routes()) {
            Route configuration = configurations.get(route.element().text("routeConfigurationId"));
            if (configuration != null) {
                String wrong = wrong(route, configuration);
                if (wrong != null) {
                    report.accept(new Finding(
                            route.file(),
                            route.element().line("routeConfigurationId"),
                            "error-handling-unfit",
                            wrong,
                            "Name one of the others under routeConfigurationId:"));
                }
            }
        }
    }

    /** For each handler that says what becomes of its failure, whether it is this: {@code handled} or {@code continued}. */
    private static List<Boolean> says(Route configuration, String key) {
        return configuration.element().all().stream()
                .flatMap(element -> element.get("onException").stream())
                .filter(handler -> handler.get("handled").isPresent()
                        || handler.get("continued").isPresent())
                .map(handler -> handler.get(key)
                        .filter(answer -> answer.all().stream()
                                .noneMatch(text -> text.isText() && text.text().equals("false")))
                        .isPresent())
                .toList();
    }

    /** Whether each failure ends in a handler, and the route with it. */
    private static boolean endsAll(Route configuration) {
        List<Boolean> handled = says(configuration, "handled");
        return !handled.isEmpty() && !handled.contains(false);
    }

    /** Whether the route goes on after each failure that has a handler. */
    private static boolean continuesAll(Route configuration) {
        List<Boolean> continued = says(configuration, "continued");
        return !continued.isEmpty() && !continued.contains(false);
    }

    private static boolean reaches(Route configuration, String what) {
        return configuration.element().all().stream()
                .flatMap(element -> Route.stepsOf(element).stream())
                .anyMatch(step -> step.uri().contains(what));
    }

    /** Why an error handling is not for a route; null when it is. */
    private static String wrong(Route route, Route configuration) {
        String uri = route.from().uri();
        boolean operation = AppFolders.loading(route.file()).stream()
                .anyMatch(app -> uri.startsWith(DIRECT)
                        && !Vocabulary.of(app)
                                .operations()
                                .getOrDefault(uri.substring(DIRECT.length()), List.of())
                                .isEmpty());
        boolean request = operation || uri.startsWith("platform-http:");
        if (request) {
            return endsAll(configuration) && !reaches(configuration, "acknowledge")
                    ? null
                    : "A request that fails in the route " + route.id() + " would not be answered: "
                            + configuration.id() + " answers none";
        }
        if (uri.startsWith("aws2-sqs:")) {
            return endsAll(configuration) && reaches(configuration, "acknowledge")
                    ? null
                    : "A job that fails in the route " + route.id() + " would not be ended: " + configuration.id()
                            + " knows no messages";
        }
        if (uri.startsWith("timer:")) {
            return continuesAll(configuration)
                    ? null
                    : "A failure in the route " + route.id() + " would end the rest of its round: " + configuration.id()
                            + " does not go on";
        }
        boolean called = uri.startsWith(DIRECT)
                && AppFolders.loading(route.file()).stream()
                        .noneMatch(app -> Vocabulary.of(app).operations().containsKey(uri.substring(DIRECT.length())));
        return called && says(configuration, "handled").contains(true)
                ? "The route " + route.id() + " is called by others, and " + configuration.id()
                        + " would end its failures without them: they would go on as if nothing had failed"
                : null;
    }
}
