package caravana.checks;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Our real routes are right; each mistake that is planted in them is found, and nothing else is. */
class MutationTest {

    private static final Path ROUTES = Path.of("../src/main/resources/camel");

    @TempDir
    Path folder;

    /**
     * A mistake.
     *
     * @param rule the rule that finds it
     * @param file where it is planted
     * @param right what stands there; nothing in a file that the mistake adds
     * @param wrong what is written instead
     */
    private record Mistake(String rule, String file, String right, String wrong) {}

    private static final String FLOW = "job/process-video.camel.yaml";
    private static final String FETCH = "job/fetch-original.camel.yaml";

    private static final List<Mistake> MISTAKES = List.of(
            new Mistake(
                    "yaml-syntax",
                    FLOW,
                    "        - to:\n            id: read\n",
                    "       - to:\n            id: read\n"),
            new Mistake(
                    "yaml-duplicate-key",
                    FLOW,
                    "        greedy: true\n",
                    "        greedy: true\n        greedy: false\n"),
            new Mistake("schema", FLOW, "    streamCache: false\n", "    streamCaches: false\n"),
            new Mistake(
                    "endpoint-options",
                    FLOW,
                    "        greedy: true\n",
                    "        greedy: true\n        greeedy: true\n"),
            new Mistake("endpoint-options", FLOW, "maxMessagesPerPoll: 1\n", "maxMessagesPerPoll: one\n"),
            new Mistake(
                    "expression",
                    FLOW,
                    "${exchangeProperty.outcome} == 'claimed'",
                    "${exchangePropery.outcome} == 'claimed'"),
            new Mistake(
                    "expression",
                    FLOW,
                    "${exchangeProperty.outcome} == 'claimed'",
                    "${exchangeProperty.outcome} == 'claimed"),
            new Mistake("setting-unknown", FETCH, "{{caravana.s3.bucket}}", "{{caravana.s3.buket}}"),
            new Mistake(
                    "setting-unknown",
                    "queue/send-job.camel.yaml",
                    "{{caravana.sqs.queue-name}}",
                    "{{caravana.worker.slots}}"),
            new Mistake("bean-unknown", "job/claim-job.camel.yaml", "ref: claimedRow", "ref: claimedRows"),
            new Mistake("bean-unknown", FLOW, "\"#intakeClient\"", "\"#intakesClient\""),
            new Mistake("bean-method-unknown", "job/claim-job.camel.yaml", "method: open\n", "method: opens\n"),
            new Mistake(
                    "bean-method-unknown",
                    "failure/requeue-in-outage.camel.yaml",
                    "method=outageDelay",
                    "method=outageDelays"),
            new Mistake(
                    "act-in-expression",
                    "failure/end-failed-attempt.camel.yaml",
                    "method: isSystemDown\n",
                    "method: unavailable('database', 'x')\n"),
            new Mistake(
                    "act-in-expression",
                    "intake/watch-intake.camel.yaml",
                    "${bean:routeVersion?method=name}",
                    "${bean:routeDefects?method=takeProcessed}"),
            new Mistake("contract-enters", FETCH, "`original_key`", "`orginal_key`"),
            new Mistake("contract-leaves", FETCH, "`original_sha256`", "`original_sha`"),
            new Mistake(
                    "description-missing",
                    FLOW,
                    "    description: Turns the original that a job message names into a finished clip.\n",
                    ""),
            new Mistake("id-missing", FLOW, "            id: read\n", ""),
            new Mistake("id-duplicate", FLOW, "            id: read\n", "            id: claim\n"),
            new Mistake(
                    "error-handling-unknown",
                    FLOW,
                    "routeConfigurationId: job-failures",
                    "routeConfigurationId: job-failure"),
            new Mistake("error-handling-missing", FLOW, "    routeConfigurationId: job-failures\n", ""),
            new Mistake(
                    "direct-without-route",
                    FLOW,
                    "            uri: direct:read-job\n        - to:",
                    "            uri: direct:read-job\n        - to:\n            id: typo\n            uri: direct:claim-jobs\n"
                            + "        - to:"),
            new Mistake(
                    "direct-without-route",
                    "reconcile/purge-deleted.camel.yaml",
                    "      steps:\n",
                    "      steps:\n        - to:\n            id: of-the-worker\n            uri: direct:probe-original\n"),
            new Mistake(
                    "direct-never-called",
                    "job/read-job.camel.yaml",
                    "- route:\n    id: read-job\n",
                    "- route:\n    id: left-over\n    description: Nobody needs it any more.\n"
                            + "    routeConfigurationId: caller-decides\n    from:\n      uri: direct:left-over\n      steps:\n"
                            + "        - log:\n            id: left-over-log\n            message: x\n\n- route:\n    id: read-job\n"),
            new Mistake("sql-file-missing", "job/claim-job.camel.yaml", "claim-job.sql", "claim-jobs.sql"),
            new Mistake("sqs-not-greedy", FLOW, "        greedy: true\n", ""),
            new Mistake("sqs-delete-after-read", FLOW, "deleteAfterRead: false", "deleteAfterRead: true"),
            new Mistake(
                    "sqs-without-url",
                    "queue/send-job.camel.yaml",
                    "            parameters:\n              queueUrl: \"{{caravana.sqs.queue-url}}\"\n",
                    ""),
            new Mistake(
                    "exec-unguarded",
                    "job/transcode-video.camel.yaml",
                    "                    commandExecutor: \"#toolExecutor\"\n",
                    ""),
            new Mistake("get-object-cached", FETCH, "    streamCache: false\n", ""),
            new Mistake("heartbeat-not-deferred", "job/keep-lease.camel.yaml", "    shutdownRoute: Defer\n", ""),
            new Mistake(
                    "http-methods-with-space",
                    "upload/receive-upload.camel.yaml",
                    "httpMethodRestrict: POST\n",
                    "httpMethodRestrict: POST, PUT\n"),
            new Mistake(
                    "deployment-in-route",
                    FLOW,
                    "        greedy: true\n",
                    "        greedy: true\n        region: us-east-1\n"),
            new Mistake(
                    "asynchronous-in-consumer",
                    FLOW,
                    "      steps:\n        - to:\n            id: read\n",
                    "      steps:\n        - delay:\n            id: wait\n            expression:\n              constant:\n"
                            + "                expression: \"100\"\n        - to:\n            id: read\n"),
            new Mistake(
                    "asynchronous-in-consumer",
                    "job/probe-original.camel.yaml",
                    "      steps:\n",
                    "      steps:\n        - threads:\n            id: elsewhere\n"),
            new Mistake(
                    "deployment-in-route",
                    "queue/send-job.camel.yaml",
                    "queueUrl: \"{{caravana.sqs.queue-url}}\"",
                    "queueUrl: https://sqs.us-east-1.amazonaws.com/123456789012/video-jobs"),
            new Mistake(
                    "receipt-handle-removed",
                    FLOW,
                    "      steps:\n        - to:\n            id: read\n",
                    "      steps:\n        - removeHeaders:\n            id: clean\n            pattern: \"*\"\n        - to:\n"
                            + "            id: read\n"),
            new Mistake(
                    "rollback-only",
                    "job/commit-result.camel.yaml",
                    "      steps:\n",
                    "      steps:\n        - rollback:\n            id: undo\n            markRollbackOnly: true\n"),
            new Mistake(
                    "transacted-statements",
                    "job/commit-result.camel.yaml",
                    "      steps:\n",
                    "      steps:\n        - transacted:\n            id: together\n            steps:\n              - log:\n"
                            + "                  id: inside\n                  message: x\n"),
            new Mistake(
                    "sql-not-in-file",
                    "job/claim-job.camel.yaml",
                    "            uri: statement:job/claim-job.sql\n            parameters:\n              result: row\n"
                            + "        - bean:",
                    "            uri: statement:job/claim-job.sql\n            parameters:\n              result: row\n"
                            + "        - to:\n            id: by-hand\n            uri: jdbc:dataSource\n        - bean:"),
            new Mistake("endpoint-options", "job/claim-job.camel.yaml", "result: row\n", "result: one\n"),
            new Mistake("endpoint-options", "job/claim-job.camel.yaml", "result: row\n", "outputType: SelectOne\n"),
            new Mistake(
                    "component-unknown", "intake/watch-intake.camel.yaml", "timer:watch-intake", "timers:watch-intake"),
            new Mistake("sql-parameter-not-set", "job/claim-job.sql", ":?original_key", ":?orginal_key"),
            new Mistake("sql-parameter-not-set", "job/claim-job.sql", "-- :?worker = {{bean:workerName.get}}\n", ""),
            new Mistake("sql-parameter-not-set", "videos/delete-video.sql", ":?caller.id", ":?caler.id"),
            new Mistake("sql-default", "job/claim-job.sql", "-- :?worker =", "-- :?workers = null\n-- :?worker ="),
            new Mistake("sql-default", "job/claim-job.sql", "as seconds", "as minutes"),
            new Mistake("sql-default", "upload/open-upload.sql", "24 as integer", "1d as integer"),
            new Mistake("setting-unknown", "job/claim-job.sql", "caravana.worker.lease", "caravana.worker.leases"),
            new Mistake("bean-unknown", "job/claim-job.sql", "bean:workerName.get", "bean:workersName.get"),
            new Mistake("bean-method-unknown", "job/claim-job.sql", "bean:workerName.get", "bean:workerName.gets"),
            new Mistake("sql-never-run", "job/left-over.sql", "", "SELECT 1"),
            new Mistake("sql-composed", "job/claim-job.sql", ":?video_id", "${header.video_id}"),
            new Mistake(
                    "answer-header-dropped",
                    "upload/receive-upload.camel.yaml",
                    "            id: set-location\n            name: Location\n",
                    "            id: set-location\n            name: X-Location\n"),
            new Mistake(
                    "answer-header-dropped",
                    "api/answer-failure.camel.yaml",
                    "                      name: Retry-After\n",
                    "                      name: RetryAfter\n"),
            new Mistake(
                    "failure-swallowed",
                    "errors/log-and-go-on.camel.yaml",
                    "          steps:\n            - log:\n                id: log-passed-failure\n                loggingLevel: WARN\n"
                            + "                message: \"${routeId}: ${exception.message}\"\n",
                    ""),
            new Mistake(
                    "step-order",
                    "failure/fail-permanently.camel.yaml",
                    "      steps:\n",
                    "      steps:\n        - to:\n            id: acknowledge-early\n"
                            + "            uri: direct:acknowledge-job\n"),
            new Mistake(
                    "step-order",
                    "failure/reject-job.camel.yaml",
                    "      steps:\n",
                    "      steps:\n        - to:\n            id: acknowledge-early\n"
                            + "            uri: direct:acknowledge-job\n"),
            new Mistake(
                    "step-order",
                    "upload/publish-job.camel.yaml",
                    "            steps:\n              - setBody:\n",
                    "            steps:\n              - to:\n                  id: mark-early\n"
                            + "                  uri: statement:upload/note-published.sql\n                  parameters:\n"
                            + "                    result: none\n              - setBody:\n"),
            new Mistake(
                    "step-order",
                    "upload/receive-upload.camel.yaml",
                    "                steps:\n                  - to:\n                      id: accept-new-upload\n"
                            + "                      uri: direct:accept-upload\n                  - to:\n"
                            + "                      id: publish-accepted-job\n                      uri: direct:publish-job\n",
                    "                steps:\n                  - to:\n                      id: publish-accepted-job\n"
                            + "                      uri: direct:publish-job\n                  - to:\n"
                            + "                      id: accept-new-upload\n                      uri: direct:accept-upload\n"),
            new Mistake(
                    "step-order",
                    "operators/discard-dead-letters.camel.yaml",
                    "              - to:\n                  id: audit-dead-letter\n",
                    "              - to:\n                  id: delete-early\n"
                            + "                  uri: direct:delete-dead-letter\n              - to:\n"
                            + "                  id: audit-dead-letter\n"),
            new Mistake(
                    "compact-notation",
                    FLOW,
                    "        - to:\n            id: read\n            uri: direct:read-job\n",
                    "        - to: direct:read-job\n"));

    @Test
    void ourRoutesAreRight() throws Exception {
        assertThat(RouteChecks.check(ROUTES)).isEmpty();
    }

    @Test
    void everyPlantedMistakeIsFoundAndNothingElse() throws Exception {
        List<String> missed = new ArrayList<>();
        for (int i = 0; i < MISTAKES.size(); i++) {
            Mistake mistake = MISTAKES.get(i);
            Path copy = RouteFolders.copy(ROUTES, folder.resolve("mutation-" + i));
            Path file = copy.resolve(mistake.file());
            String text = Files.exists(file) ? Files.readString(file) : "";
            assertThat(text).as(mistake.toString()).contains(mistake.right());
            Files.writeString(
                    file,
                    text.replaceFirst(
                            Pattern.quote(mistake.right()), java.util.regex.Matcher.quoteReplacement(mistake.wrong())));

            List<Finding> findings = RouteChecks.check(copy);

            System.out.printf(
                    "%-26s %-10s %s%n",
                    mistake.rule(), layer(mistake.rule()), findings.isEmpty() ? "nothing found" : findings.get(0));
            boolean found = !findings.isEmpty()
                    && findings.stream()
                            .allMatch(f ->
                                    f.id().equals(mistake.rule()) && f.file().equals(mistake.file()));
            if (!found) {
                missed.add(mistake.rule() + ": " + findings);
            }
        }
        System.out.printf(
                "RESULT name=route-mistakes value=%d unit=found-of-%d target=%d verdict=%s%n",
                MISTAKES.size() - missed.size(), MISTAKES.size(), MISTAKES.size(), missed.isEmpty() ? "pass" : "fail");
        assertThat(missed).isEmpty();
    }

    private static String layer(String rule) {
        if (rule.startsWith("yaml-")) {
            return "YAML";
        }
        return switch (rule) {
            case "schema" -> "schema";
            case "endpoint-options", "expression" -> "catalogue";
            default -> "ours";
        };
    }

    /** The guide explains every finding that there is, and no other. */
    @Test
    void theGuideExplainsEveryRule() throws Exception {
        Set<String> explained = Pattern.compile("(?m)^\\| `([a-z-]+)` \\|")
                .matcher(Files.readString(Path.of("../docs/editing-routes.md")))
                .results()
                .map(found -> found.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
        Set<String> rules = FixturesTest.rules().collect(Collectors.toCollection(TreeSet::new));
        // Which need a database and ffmpeg, and so are tested with them.
        rules.add("sql-refused");
        rules.add("catalogue-ffmpeg");

        assertThat(explained).isEqualTo(rules);
    }
}
