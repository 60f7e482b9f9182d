package caravana.checks;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Checks the order of certain steps, also across called routes, and finds routes that are never called. */
final class OrderRules implements Rule {

    static final String DIRECT = "direct:";
    static final String ACKNOWLEDGE = "direct:acknowledge-job";
    private static final String SEND_DEAD_LETTER = "aws2-sqs:{{caravana.sqs.dlq-name}}";

    /**
     * Of two steps, which is the first: what the second uses, makes known or deletes, the first has made, sent or kept. The
     * first stands in a list itself, or within one of its steps, or is done by a route that one calls; so does the second.
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
            List.of("bean:passwordResets.check", "statement:reset-password.sql"),
            List.of("bean:passwordChanges.check", "statement:order-change.sql"),
            List.of("statement:write-link.sql", "bean:mailCall.send"),
            List.of("bean:mailCall.send", "statement:note-mail.sql"),
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
            List.of("statement:show-outputs.sql", "bean:storedResults.delete"),
            List.of("filter:check-any-left", "statement:mark-swept.sql"),
            List.of("choice:check-video-gone", "statement:note-late-put.sql"),
            List.of("direct:clean-upload", "statement:end-unended.sql"),
            List.of("statement:collect-export.sql", "setBody:pack-export"),
            List.of("aws2-s3:{{caravana.s3.bucket}}", "statement:finish-export.sql"),
            List.of("statement:list-erased-videos.sql", "statement:finish-erasure.sql"),
            List.of("direct:erase-dead-letters", "statement:finish-erasure.sql"),
            List.of("split:for-each-erased-video", "statement:finish-erasure.sql"),
            // Accounts, assets and imports.
            List.of("bean:accounts.check", "statement:begin-session.sql"),
            List.of("bean:sessions.check", "setBody:issue-renewed-token"),
            List.of("bean:passwordChanges.check", "statement:change-password.sql"),
            List.of("choice:check-erasure-by-password", "statement:erase-account.sql"),
            List.of("bean:assets.checkOpened", "aws2-s3:{{caravana.s3.bucket}}"),
            List.of("aws2-s3:{{caravana.s3.bucket}}", "statement:store-asset.sql"),
            List.of("statement:accept-import.sql", "direct:publish-job"));

    /** What looks whether something is allowed, or whose it is. */
    private static final Pattern GUARD = Pattern.compile(
            "bean:\\w+\\.(?:check|identify|enter|require)\\w*|direct:find-own-.*|direct:describe-video");

    @Override
    public void check(RouteTree tree, Consumer<Finding> report) {
        Map<String, List<Route>> routes = new LinkedHashMap<>();
        tree.routes()
                .forEach(route -> routes.computeIfAbsent(route.from().uri(), first -> new ArrayList<>())
                        .add(route));
        guarded(tree, new Reach(tree), report);
        twice(routes, report);
        circles(tree, routes, report);
        Reach reach = new Reach(tree);
        tree.files()
                .forEach((file, root) -> root.all().stream()
                        .flatMap(element -> element.get("steps").stream())
                        .forEach(steps -> order(file, steps.items(), reach, report)));
    }

    /**
     * What must not be done without what allows it: a route that does it does the other as well, or one that calls it
     * does.
     */
    private static void guarded(RouteTree tree, Reach reach, Consumer<Finding> report) {
        for (RouteTree.Placed placed : tree.steps()) {
            String name = Reach.name(placed.step());
            for (List<String> pair : BEFORE) {
                boolean alone = name.startsWith("statement:") || name.startsWith("setBody:");
                if (!alone
                        || !pair.get(1).equals(name)
                        || !GUARD.matcher(pair.get(0)).matches()) {
                    continue;
                }
                String begin = placed.owner().from().uri();
                boolean allowed = reach.of(placed.owner()).contains(pair.get(0))
                        || tree.routes().stream()
                                .map(reach::of)
                                .anyMatch(done -> done.contains(begin) && done.contains(pair.get(0)));
                if (!allowed) {
                    report.accept(new Finding(
                            placed.file(),
                            placed.line(),
                            "step-order",
                            name + " is done without " + pair.get(0) + ", which says whether it may be",
                            "Put " + pair.get(0) + " before it"));
                }
            }
        }
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

    private static void order(String file, List<Element> items, Reach reach, Consumer<Finding> report) {
        List<Map<String, Integer>> lines = items.stream().map(Reach::lines).toList();
        List<Set<String>> reached = items.stream().map(reach::of).toList();
        Set<String> all = reached.stream().flatMap(Set::stream).collect(Collectors.toSet());
        Set<Integer> found = new HashSet<>();
        for (List<String> pair : BEFORE) {
            int early = all.containsAll(pair) ? tooEarly(lines, reached, pair) : -1;
            // One that comes before several is one mistake.
            if (early >= 0 && found.add(early)) {
                Integer line = lines.get(early).get(pair.get(1));
                String caller = line == null
                        ? ", which " + Reach.name(items.get(early)) + " calls at "
                                + reach.place(items.get(early), pair.get(1)).orElse("") + ","
                        : "";
                report.accept(new Finding(
                        file,
                        line == null ? Reach.line(items.get(early)) : line,
                        "step-order",
                        pair.get(1) + caller + " comes before " + pair.get(0)
                                + ", and would use or make known what has not happened yet",
                        "Put it behind " + pair.get(0)));
            }
        }
    }

    /** The item that does the second of a pair though another behind it does the first; -1 for none. */
    private static int tooEarly(List<Map<String, Integer>> lines, List<Set<String>> reached, List<String> pair) {
        String first = pair.get(0);
        String second = pair.get(1);
        // Other endpoints and beans are for many purposes.
        boolean one = second.startsWith("statement:") || second.startsWith(DIRECT);
        boolean nested = second.equals(ACKNOWLEDGE) && !behind(ACKNOWLEDGE).contains(first);
        boolean done = false;
        for (int i = 0; i < lines.size(); i++) {
            done |= reached.get(i).contains(first);
            if (one ? reached.get(i).contains(second) : lines.get(i).containsKey(second)) {
                for (int j = i + 1; j < lines.size(); j++) {
                    boolean is = lines.get(j).keySet().stream()
                            .findFirst()
                            .filter(first::equals)
                            .isPresent();
                    if (is || nested && !done && reached.get(j).contains(first)) {
                        return i;
                    }
                }
            }
        }
        return -1;
    }

    /** The steps that must come behind one, and those behind them. */
    static Set<String> behind(String name) {
        Set<String> behind = new HashSet<>();
        Deque<String> open = new ArrayDeque<>(List.of(name));
        while (!open.isEmpty()) {
            String first = open.pop();
            BEFORE.stream()
                    .filter(pair -> pair.get(0).equals(first) && behind.add(pair.get(1)))
                    .forEach(pair -> open.push(pair.get(1)));
        }
        return behind;
    }
}
