package caravana.checks;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Our real routes are right; each mistake that is planted in them is found, and nothing else is. */
class MutationTest {

    private static final Path ROUTES = Path.of("../src/main/resources/camel");

    /**
     * A mistake.
     *
     * @param rule the rule that finds it
     * @param file where it is planted
     * @param right what stands there; nothing in a file that the mistake adds
     * @param wrong what is written instead
     */
    private record Mistake(String rule, String file, String right, String wrong) {}

    /** Where the finding is of a mistake that shows at another line. */
    private static final Map<String, Set<String>> ELSEWHERE = Map.of(
            "yaml-syntax", Set.of("- to:"),
            "contract-enters", Set.of("id: set-file-name", "id: postpone-message"),
            "contract-leaves", Set.of("id: name-results-folder"),
            "id-duplicate", Set.of("id: claim-video"),
            "get-object-cached", Set.of("id: get-object"),
            "never-reached", Set.of("            - "),
            "sql-parameter-not-set", Set.of(":?worker", "id: mark-asset-deleted"),
            "statement-result", Set.of("${body"));

    private static final String FLOW = "job/process-video.camel.yaml";
    private static final String FETCH = "job/fetch-original.camel.yaml";

    /** A route that nothing is wrong with, by its id and its timer's name. */
    private static final String ROUTE = """
            - route:
                id: %s
                description: An example.
                note: |-
                  Enters: a timer.
                  Leaves: nothing.
                  Fails: nothing.
                routeConfigurationId: log-and-go-on
                from:
                  uri: timer:%s
                  parameters:
                    period: "{{caravana.worker.heartbeat}}"
                  steps:
                    - log:
                        id: log-left-over
                        message: done
            """;

    /** Of which the normal run plants so many. */
    private static final int SAMPLE = 60;

    private static final List<Mistake> MISTAKES = List.of(
            new Mistake(
                    "yaml-syntax",
                    FLOW,
                    "        - to:\n            id: read-message\n",
                    "       - to:\n            id: read-message\n"),
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
            new Mistake(
                    "operation-without-route",
                    "identity/show-export.camel.yaml",
                    "uri: direct:show-export\n",
                    "uri: platform-http:/api/me/exports\n      parameters:\n        httpMethodRestrict: GET\n"),
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
            new Mistake("contract-enters", FETCH, "`job`, `claim_token` and", "`job` and"),
            new Mistake("contract-enters", "failure/retry-later.camel.yaml", "name: delay\n", "name: retry_delay\n"),
            new Mistake(
                    "contract-leaves",
                    "job/transcode-video.camel.yaml",
                    "in the property `results_folder`, the renditions",
                    "and the renditions"),
            new Mistake(
                    "description-missing",
                    FLOW,
                    "    description: Turns the original that is next into a finished clip.\n",
                    ""),
            new Mistake("id-missing", FLOW, "            id: read-message\n", ""),
            new Mistake("id-duplicate", FLOW, "            id: read-message\n", "            id: claim-video\n"),
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
                    "job/left-over.camel.yaml",
                    "",
                    ROUTE.formatted("left-over", "left-over")
                            .replace("log-and-go-on", "caller-decides")
                            .replace("timer:left-over", "direct:left-over")
                            .replaceFirst("(?s) +parameters:.*?(?= +steps:)", "")),
            new Mistake("sql-file-missing", "job/claim-job.camel.yaml", "claim-job.sql", "claim-jobs.sql"),
            new Mistake("duration-without-unit", "operators/watch-queue.camel.yaml", "period: 15s", "period: 15"),
            new Mistake(
                    "duration-without-unit",
                    "failure/job-failures.camel.yaml",
                    "redeliveryDelay: \"500\"",
                    "redeliveryDelay: \"5\""),
            new Mistake(
                    "redelivery-policy",
                    "queue/acknowledge-job.camel.yaml",
                    "maximumRedeliveries: 2",
                    "maximumRedeliveries: -1"),
            new Mistake(
                    "redelivery-policy",
                    "failure/job-failures.camel.yaml",
                    "            useExponentialBackOff: true\n",
                    ""),
            new Mistake(
                    "redelivery-policy",
                    "failure/job-failures.camel.yaml",
                    "maximumRedeliveryDelay: \"5000\"",
                    "maximumRedeliveryDelay: \"499ms\""),
            new Mistake("sqs-limit", "failure/job-failures.camel.yaml", "expression: \"300\"", "expression: \"3600\""),
            new Mistake(
                    "sqs-limit",
                    "job/process-video.camel.yaml",
                    "waitTimeSeconds: \"{{caravana.sqs.long-poll-seconds}}\"",
                    "waitTimeSeconds: 60"),
            new Mistake(
                    "date-pattern", "queue/dead-letter-job.camel.yaml", "date-with-timezone:now:UTC:", "date:now:UTC:"),
            new Mistake("date-pattern", "queue/dead-letter-job.camel.yaml", "yyyy-MM-dd'T'", "yyyy-mm-dd'T'"),
            new Mistake("date-pattern", "queue/dead-letter-job.camel.yaml", "'T'HH:mm", "'T'hh:mm"),
            new Mistake(
                    "json-invalid",
                    "upload/answer-accepted.camel.yaml",
                    "\"task_id\":\"${exchangeProperty.video_id}\",",
                    "\"task_id\":\"${exchangeProperty.video_id},"),
            new Mistake(
                    "json-invalid",
                    "upload/answer-accepted.camel.yaml",
                    "\"video_id\":\"${exchangeProperty.video_id}\"}",
                    "\"video_id\":${exchangeProperty.video_id}}"),
            new Mistake(
                    "header-lost",
                    "api/answer-failure.camel.yaml",
                    "        - removeHeaders:\n            id: remove-failed-headers\n            pattern: \"*\"\n        - setHeader:\n            id: set-problem-status\n            name: CamelHttpResponseCode\n            expression:\n              simple:\n                expression: ${exchangeProperty.problem.status}\n                resultType: java.lang.Integer\n",
                    "        - setHeader:\n            id: set-problem-status\n            name: CamelHttpResponseCode\n            expression:\n              simple:\n                expression: ${exchangeProperty.problem.status}\n                resultType: java.lang.Integer\n        - removeHeaders:\n            id: remove-failed-headers\n            pattern: \"*\"\n"),
            new Mistake(
                    "header-lost",
                    "api/answer-failure.camel.yaml",
                    "        - marshal:\n            id: marshal-problem\n            json:\n              library: Jackson\n        - setHeader:\n            id: set-problem-type\n            note: After marshal, which sets its own.\n            name: Content-Type\n            expression:\n              constant:\n                expression: application/problem+json\n",
                    "        - setHeader:\n            id: set-problem-type\n            note: After marshal, which sets its own.\n            name: Content-Type\n            expression:\n              constant:\n                expression: application/problem+json\n        - marshal:\n            id: marshal-problem\n            json:\n              library: Jackson\n"),
            new Mistake(
                    "bean-unknown",
                    "failure/requeue-in-outage.camel.yaml",
                    "${bean:intake?method=outageDelay}",
                    "${ref:intakes}"),
            new Mistake(
                    "resource-unknown",
                    "job/read-job.camel.yaml",
                    "job-message.schema.json",
                    "job-message-schema.json"),
            new Mistake("resource-unknown", "job/read-job.camel.yaml", "uri: json-validator:", "uri: validator:"),
            new Mistake("program-unknown", "job/pass-first.camel.yaml", "exec:ffmpeg", "exec:ffmpg"),
            new Mistake("never-reached", "job/settle-unclaimed.camel.yaml", "== 'owned'", "== 'settled'"),
            new Mistake(
                    "steps-empty",
                    "videos/delete-video.camel.yaml",
                    " steps:\n                  - bean:\n                      id: refuse-gone\n                      ref: ownership\n                      method: gone\n",
                    " steps: []\n"),
            new Mistake(
                    "never-reached",
                    "failure/job-failures.camel.yaml",
                    "          onWhen:\n            expression:\n              method:\n                ref: jobFailure\n                method: is(${exception}, 'route_defect')\n",
                    ""),
            new Mistake(
                    "uri-not-evaluated",
                    "job/store-outputs.camel.yaml",
                    "uri: aws2-s3:{{caravana.s3.bucket}}\n                  parameters:\n                    keyName: ${variable.output_key}",
                    "uri: aws2-s3:{{caravana.s3.bucket}}/${variable.output_key}"),
            new Mistake(
                    "object-without-key",
                    "reconcile/finish-erasures.camel.yaml",
                    "                          keyName: ${exchangeProperty.original_key}\n",
                    ""),
            new Mistake(
                    "sqs-attributes-taken",
                    "job/process-video.camel.yaml",
                    "        headerFilterStrategy: \"#nothingFromSenders\"\n",
                    ""),
            new Mistake(
                    "member-unknown",
                    "videos/list-videos.sql",
                    "LIMIT :?page.rows)\n    UNION",
                    "LIMIT :?page.row)\n    UNION"),
            new Mistake(
                    "sqs-jobs-held",
                    "job/process-video.camel.yaml",
                    "        amazonSQSClient: \"#intakeClient\"\n",
                    ""),
            new Mistake(
                    "sqs-jobs-held", "job/process-video.camel.yaml", "maxMessagesPerPoll: 1", "maxMessagesPerPoll: 20"),
            new Mistake(
                    "name-set-twice",
                    "failure/retry-later.camel.yaml",
                    "                  - setProperty:\n                      id: set-exhausted-code\n                      name: error_code\n                      expression:\n                        constant:\n                          expression: attempts_exhausted\n",
                    "                  - setProperty:\n                      id: set-exhausted-code\n                      name: error_code\n                      expression:\n                        constant:\n                          expression: attempts_exhausted\n                  - setProperty:\n                      id: set-second-code\n                      name: error_code\n                      expression:\n                        constant:\n                          expression: internal_error\n"),
            new Mistake(
                    "error-handling-unfit",
                    "upload/publish-job.camel.yaml",
                    "- to:\n                  id: send-job-message",
                    "- wireTap:\n                  id: send-job-apart"),
            new Mistake(
                    "error-handling-unfit",
                    "api/web-failures.camel.yaml",
                    "            - to:\n                id: answer-failed-request\n                uri: direct:answer-failure\n",
                    ""),
            new Mistake("contract-leaves", "webhooks/test-webhook.camel.yaml", "Leaves: 202 with", "Leaves: 201 with"),
            new Mistake(
                    "member-unknown", "errors/log-and-go-on.camel.yaml", "${exception.message}", "${exception.mesage}"),
            new Mistake("sqs-not-greedy", FLOW, "        greedy: true\n", ""),
            new Mistake("sqs-delete-after-read", FLOW, "deleteAfterRead: false", "deleteAfterRead: true"),
            new Mistake(
                    "sqs-without-url",
                    "queue/send-job.camel.yaml",
                    "            parameters:\n              queueUrl: \"{{caravana.sqs.queue-url}}\"\n",
                    ""),
            new Mistake(
                    "exec-unguarded",
                    "job/pass-first.camel.yaml",
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
                    "      steps:\n        - to:\n            id: read-message\n",
                    "      steps:\n        - delay:\n            id: wait\n            expression:\n              constant:\n"
                            + "                expression: \"100\"\n        - to:\n            id: read-message\n"),
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
                    "      steps:\n        - to:\n            id: read-message\n",
                    "      steps:\n        - removeHeaders:\n            id: clean\n            pattern: \"*\"\n        - to:\n"
                            + "            id: read-message\n"),
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
            new Mistake("sql-parameter-not-set", "job/claim-job.sql", ":?claim_token", ":?claim_tokn"),
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
                    "        - to:\n            id: read-message\n            uri: direct:read-job\n",
                    "        - to: direct:read-job\n"),
            new Mistake("contract-missing", FETCH, "      Fails: a missing object", "      A missing object"),
            new Mistake("yaml-empty", "api/left-over.camel.yaml", "", "# Nothing yet.\n"),
            new Mistake("not-loaded", "job/later/left-over.camel.yaml", "", ROUTE.formatted("left-over", "left-over")),
            new Mistake("timer-name", "intake/watch-intake.camel.yaml", "timer:watch-intake", "timer:watch-intakes"),
            new Mistake(
                    "consumer-duplicate", "job/left-over.camel.yaml", "", ROUTE.formatted("left-over", "keep-lease")),
            new Mistake(
                    "direct-cycle",
                    "job/read-headers.camel.yaml",
                    "      steps:\n",
                    "      steps:\n        - to:\n            id: read-again\n            uri: direct:read-headers\n"),
            new Mistake(
                    "queue-mixed-up",
                    "queue/send-job.camel.yaml",
                    "\"{{caravana.sqs.queue-url}}\"",
                    "\"{{caravana.sqs.dlq-url}}\""),
            new Mistake(
                    "sql-second-statement",
                    "videos/delete-video-row.sql",
                    "DELETE FROM videos",
                    "DELETE FROM upload_parts;\nDELETE FROM videos"),
            new Mistake("sql-unclosed", "reconcile/take-puts.sql", "'5 seconds'", "'5 seconds"),
            new Mistake("sql-list", "failure/requeue-job.sql", "claim_token = NULL,\n", "claim_token = NULL\n"),
            new Mistake(
                    "sql-list", "operators/list-failures.sql", "SELECT id AS video_id,\n", "SELECT id AS video_id\n"),
            new Mistake(
                    "sql-list",
                    "job/commit-result.sql",
                    "SELECT id, status\nFROM committed\nUNION",
                    "SELECT id, status,\nFROM committed\nUNION"),
            new Mistake("sql-list", "queue/fail-video.sql", ":?error_code, worker, CAST", ":?error_code, CAST"),
            new Mistake("sql-clause", "videos/cancel-video.sql", "status = '", "status == '"),
            new Mistake("sql-clause", "failure/left-waiting.sql", "'uploaded'", "\"uploaded\""),
            new Mistake(
                    "sql-clause",
                    "upload/list-parts.sql",
                    "WHERE video_id = CAST(:?video_id AS uuid)\nORDER BY number",
                    "ORDER BY number\nWHERE video_id = CAST(:?video_id AS uuid)"),
            new Mistake(
                    "answer-not-in-contract",
                    "webhooks/create-webhook.camel.yaml",
                    "        - marshal:\n            id: marshal-created-webhook\n            json:\n              library: Jackson\n",
                    ""),
            new Mistake(
                    "object-without-key",
                    "reconcile/make-exports.camel.yaml",
                    "                  parameters:\n                    keyName: ${exchangeProperty.object_key}\n",
                    ""),
            new Mistake("step-order", "reconcile/finish-erasures.camel.yaml", """
                                  - to:
                                      id: list-erased-videos
                    """, """
                                  - to:
                                      id: finish-erasure-early
                                      uri: statement:reconcile/finish-erasure.sql
                                      parameters:
                                        result: none
                                  - to:
                                      id: list-erased-videos
                    """),
            new Mistake("expression", "failure/job-failures.camel.yaml", """
                              onWhen:
                                expression:
                                  method:
                                    ref: jobFailure
                                    method: is(${exception}, 'database_unavailable')
                    """, """
                              onWhen:
                                expression:
                                  simple:
                                    expression: ${exception.message} contain 'x'
                    """),
            new Mistake(
                    "sql-without-where",
                    "upload/end-upload.sql",
                    " WHERE video_id IN (SELECT video_id FROM ended)",
                    ""),
            new Mistake(
                    "sql-refused", "videos/delete-video.sql", "greatest(lease_until,", "greatest(lease_until, status,"),
            new Mistake(
                    "sql-not-joined",
                    "identity/renew-session.sql",
                    "users.id = renewed.user_id",
                    "users.role = 'user'"),
            new Mistake(
                    "sql-other-value",
                    "videos/delete-video.sql",
                    "owner_id = CAST(:?caller.id",
                    "owner_id = CAST(:?video_id"),
            new Mistake("sql-default", "reconcile/resend-lost.sql", "resend}} as seconds", "resend}}"),
            new Mistake("sql-parameter-form", "job/keep-lease.sql", "CAST(:?claim_tokens AS uuid[])", ":?claim_tokens"),
            new Mistake("expression", "reconcile/sweep-outputs.camel.yaml", "${body.size} > 0", "${body.size > 0}"),
            new Mistake("schema", "intake/probe-tools.camel.yaml", """
                                doCatch:
                                  - id: catch-tool-failure
                                    exception:
                                      - java.lang.Throwable
                                    steps:
                                      - bean:
                                          id: note-tools-unavailable
                    """, """
                            - doCatch:
                                id: catch-tool-failure
                                exception:
                                  - java.lang.Throwable
                                steps:
                                      - bean:
                                          id: note-tools-unavailable
                    """),
            new Mistake("sql-null-compared", "assets/select-assets.sql", "deleted_at IS NULL", "deleted_at = NULL"),
            new Mistake("statement-result", "identity/log-out.camel.yaml", "result: none", "result: row"),
            new Mistake("value-impossible", "operators/audit-discard.sql", "'discard'", "'discarded'"),
            new Mistake(
                    "value-impossible",
                    "failure/end-failed-attempt.camel.yaml",
                    "== 'tool_unavailable'",
                    "== 'tool_gone'"),
            new Mistake(
                    "value-impossible",
                    "upload/create-direct-upload.camel.yaml",
                    "[multipart_id]} == null",
                    "[multipart_id]} == 'null'"),
            new Mistake("sql-default", "job/keep-lease.sql", "as seconds", "as integer"),
            new Mistake("sql-default", "reconcile/find-exhausted.sql", "secs => 2", "mins => 2"),
            new Mistake("header-unknown", "assets/delete-asset.camel.yaml", "header.asset_id", "header.id"),
            new Mistake("sql-parameter-not-set", "assets/delete-asset.camel.yaml", """
                            - setProperty:
                                id: note-deleted-asset
                                name: asset_id
                                expression:
                                  simple:
                                    expression: ${header.asset_id}
                    """, """
                            - filter:
                                id: check-asset-named
                                expression:
                                  simple:
                                    expression: ${header.asset_id} != ''
                                steps:
                                  - setProperty:
                                      id: note-deleted-asset
                                      name: asset_id
                                      expression:
                                        simple:
                                          expression: ${header.asset_id}
                    """),
            new Mistake("sql-parameter-form", "job/claim-job.sql", ":?claim_token", ":claim_token"),
            new Mistake("sql-word-unknown", "job/claim-job.sql", "lease_until = now()", "lease_untl = now()"),
            new Mistake("value-impossible", "job/claim-job.sql", "status = 'failed'", "status = 'faild'"),
            new Mistake(
                    "statement-result",
                    "failure/retry-later.camel.yaml",
                    "              result: row\n",
                    "              result: rows\n"),
            new Mistake("step-option", "failure/job-failures.camel.yaml", "\"500\"", "\"2 sec\""),
            new Mistake(
                    "type-unknown",
                    "failure/job-failures.camel.yaml",
                    "caravana.worker.job.ClaimLostException",
                    "caravana.worker.job.ClaimLostExcepion"),
            new Mistake(
                    "data-format-unknown",
                    "job/read-job.camel.yaml",
                    "            json:\n              library: Jackson\n",
                    "            csv: {}\n"),
            new Mistake("language-unknown", FLOW, "                  simple:\n", "                  groovy:\n"),
            new Mistake(
                    "header-unknown", "queue/send-job.camel.yaml", "CamelAwsSqsDelaySeconds", "CamelAwsSqsDelaySecond"),
            new Mistake(
                    "placeholder",
                    "failure/describe-failure.camel.yaml",
                    "\"Video ${exchangeProperty.video_id},",
                    "\"Video $exchangeProperty.video_id,"),
            new Mistake(
                    "constant-with-function",
                    "operators/show-queue.camel.yaml",
                    "        - marshal:\n",
                    "        - setBody:\n            id: hide\n            expression:\n              constant:\n"
                            + "                expression: ${body}\n        - marshal:\n"),
            new Mistake(
                    "bean-arguments",
                    "intake/probe-tools.camel.yaml",
                    "method: available('tool')",
                    "method: available('tools')"),
            new Mistake(
                    "member-unknown",
                    "failure/delete-outputs.camel.yaml",
                    "exchangeProperty.outputs.unlisted",
                    "exchangeProperty.outputs.unlistd"),
            new Mistake("value-impossible", FLOW, "== 'claimed'", "== 'claimd'"),
            new Mistake(
                    "name-not-set",
                    "failure/describe-failure.camel.yaml",
                    "step ${exchangeProperty.failed_step}",
                    "step ${exchangeProperty.failed_stp}"),
            new Mistake("name-of-other-kind", FLOW, "${exchangeProperty.outcome}", "${variable.outcome}"),
            new Mistake(
                    "name-set-later",
                    "reconcile/sweep-late-puts.camel.yaml",
                    "            steps:\n",
                    "            steps:\n              - log:\n                  id: log-late\n"
                            + "                  message: ${exchangeProperty.late_since}\n              - setProperty:\n"
                            + "                  id: note-late-since\n                  name: late_since\n"
                            + "                  expression:\n                    simple:\n"
                            + "                      expression: ${body[video_id]}\n"),
            new Mistake(
                    "name-never-read",
                    "queue/describe-lost-worker.camel.yaml",
                    "      steps:\n",
                    "      steps:\n        - setProperty:\n            id: note-lost\n            name: lost_worker\n"
                            + "            expression:\n              constant:\n                expression: \"true\"\n"),
            new Mistake(
                    "not-acknowledged",
                    "failure/job-failures.camel.yaml",
                    "            - to:\n                id: acknowledge-poison\n"
                            + "                uri: direct:acknowledge-job\n",
                    ""),
            new Mistake(
                    "error-handling-unfit",
                    "videos/show-video.camel.yaml",
                    "routeConfigurationId: web-failures",
                    "routeConfigurationId: caller-decides"),
            new Mistake(
                    "error-handling-unused",
                    "errors/caller-decides.camel.yaml",
                    "      noErrorHandler: {}\n",
                    "      noErrorHandler: {}\n- routeConfiguration:\n    id: nobody-decides\n    errorHandler:\n"
                            + "      noErrorHandler: {}\n"),
            new Mistake(
                    "handled-missing",
                    "queue/acknowledge-job.camel.yaml",
                    "          continued:\n            constant:\n              expression: \"true\"\n",
                    ""),
            new Mistake(
                    "answer-not-in-contract",
                    "presets/delete-preset.camel.yaml",
                    "                expression: \"204\"\n",
                    "                expression: \"205\"\n"),
            new Mistake(
                    "step-order",
                    FLOW,
                    "        - choice:\n            id: check-claimed\n",
                    "        - to:\n            id: acknowledge-early\n"
                            + "            uri: direct:acknowledge-job\n"
                            + "        - choice:\n            id: check-claimed\n"),
            new Mistake(
                    "step-order",
                    "failure/job-failures.camel.yaml",
                    "            - to:\n                id: requeue-interrupted-job\n",
                    "            - to:\n                id: acknowledge-early\n"
                            + "                uri: direct:acknowledge-job\n"
                            + "            - to:\n                id: requeue-interrupted-job\n"),
            new Mistake(
                    "not-acknowledged",
                    FLOW,
                    "        - choice:\n            id: check-claimed\n",
                    "        - filter:\n            id: check-settled\n            expression:\n              simple:\n"
                            + "                expression: ${exchangeProperty.outcome} == 'settled'\n"
                            + "            steps:\n              - stop:\n                  id: end-early\n"
                            + "        - choice:\n            id: check-claimed\n"),
            new Mistake(
                    "stop-early",
                    FLOW,
                    "                  - to:\n                      id: acknowledge-message\n",
                    "                  - stop:\n                      id: end-early\n"
                            + "                  - to:\n                      id: acknowledge-message\n"),
            new Mistake(
                    "stop-early",
                    "upload/publish-job.camel.yaml",
                    "      steps:\n",
                    "      steps:\n        - filter:\n            id: check-early\n            expression:\n"
                            + "              simple:\n                expression: ${body} == null\n            steps:\n"
                            + "              - stop:\n                  id: end-early\n"),
            new Mistake(
                    "step-disabled",
                    FLOW,
                    "            id: commit-video\n",
                    "            id: commit-video\n                      disabled: true\n"),
            new Mistake(
                    "asynchronous-in-consumer",
                    "job/fetch-assets.camel.yaml",
                    "                  id: for-each-asset-found\n",
                    "                  id: for-each-asset-found\n                  parallelProcessing: true\n"),
            new Mistake(
                    "error-handling-unfit",
                    "job/commit-result.camel.yaml",
                    "routeConfigurationId: caller-decides",
                    "routeConfigurationId: log-and-go-on"),
            new Mistake(
                    "error-handling-unfit",
                    "reconcile/reconcile-jobs.camel.yaml",
                    "routeConfigurationId: log-and-go-on",
                    "routeConfigurationId: acknowledge-failures"),
            new Mistake(
                    "error-handling-unfit",
                    "upload/receive-upload.camel.yaml",
                    "routeConfigurationId: upload-failures",
                    "routeConfigurationId: web-failures"),
            new Mistake(
                    "error-handling-unfit",
                    "identity/sign-up.camel.yaml",
                    "routeConfigurationId: web-failures",
                    "routeConfigurationId: log-in-failures"),
            new Mistake("bean-unknown", "intake/watch-intake.camel.yaml", "bean:routeDefects", "bean:routeDefect"),
            new Mistake(
                    "bean-method-unknown",
                    "operators/receive-dead-letters.camel.yaml",
                    "method: receive",
                    "method: recieve"),
            new Mistake(
                    "bean-arguments",
                    "intake/probe-tools.camel.yaml",
                    "method: available('tool')",
                    "method: available"),
            new Mistake(
                    "bean-arguments",
                    "job/settle-unclaimed.camel.yaml",
                    "refused(${exchangeProperty.outcome})",
                    "refused(${exception})"),
            new Mistake(
                    "bean-arguments",
                    "failure/job-failures.camel.yaml",
                    "isPoison(${exception}, ${exchangeProperty.outcome})",
                    "isPoison(${exception}, 'claimd')"),
            new Mistake(
                    "name-not-set",
                    "failure/replace-message.camel.yaml",
                    "              simple:\n                expression: ${exchangeProperty.message_body}\n",
                    "              exchangeProperty:\n                expression: mesage_body\n"),
            new Mistake(
                    "name-not-set",
                    "job/pass-message-on.camel.yaml",
                    "${exchangeProperty.other_message} != null",
                    "${variableAs(other_mesage, String)} != null"),
            new Mistake(
                    "name-not-set", "job/pass-message-on.camel.yaml", "name: other_message\n", "name: other_mesage\n"),
            new Mistake(
                    "type-unknown",
                    "job/pass-message-on.camel.yaml",
                    "${exchangeProperty.other_message} != null",
                    "${bodyAs(java.lang.Strng)} != null"),
            new Mistake("value-impossible", FLOW, "== 'claimed'", "== \"claimd\""),
            new Mistake("value-impossible", FLOW, "== 'claimed'", "in 'claimed,setled'"),
            new Mistake(
                    "value-impossible",
                    "failure/job-failures.camel.yaml",
                    "expression: \"300\"",
                    "expression: \"3OO\""),
            new Mistake(
                    "value-impossible",
                    "failure/job-failures.camel.yaml",
                    "                            constant:\n                              expression: media_too_heavy\n",
                    "                            simple:\n                              expression: media_to_heavy\n"),
            new Mistake("value-impossible", "operators/pause-workers.camel.yaml", "\"true\"", "\"ture\""),
            new Mistake(
                    "endpoint-options",
                    "upload/receive-upload.camel.yaml",
                    "httpMethodRestrict: POST\n",
                    "httpMethodRestrict: PSOT\n"),
            new Mistake(
                    "endpoint-options",
                    FLOW,
                    "\"{{caravana.sqs.visibility-seconds}}\"",
                    "\"{{caravana.sqs.visibility-seconds}}s\""),
            new Mistake(
                    "component-unknown",
                    FLOW,
                    "        - to:\n            id: read-message\n            uri: direct:read-job\n",
                    "        - recipientList:\n            id: read-message\n            expression:\n              constant:\n"
                            + "                expression: direct:read-job,kafka:audit\n"),
            new Mistake(
                    "direct-without-route",
                    FLOW,
                    "        - to:\n            id: read-message\n            uri: direct:read-job\n",
                    "        - to:\n            id: read-message\n            uri: direct:read-job\n"
                            + "        - routingSlip:\n            id: read-again\n            expression:\n              simple:\n"
                            + "                expression: direct:read-jobs\n"),
            new Mistake(
                    "component-unknown",
                    "errors/caller-decides.camel.yaml",
                    "      noErrorHandler: {}\n",
                    "      deadLetterChannel:\n        deadLetterUri: kafka:dead\n"),
            new Mistake(
                    "bean-unknown",
                    FLOW,
                    "    streamCache: false\n",
                    "    streamCache: false\n    routePolicy: noSuchPolicy\n"),
            new Mistake(
                    "bean-unknown",
                    FLOW,
                    "        - to:\n            id: read-message\n",
                    "        - process:\n            id: do-more\n            ref: noSuchBean\n"
                            + "        - to:\n            id: read-message\n"),
            new Mistake(
                    "type-unknown",
                    "job/fetch-assets.camel.yaml",
                    "                  stopOnException: true\n",
                    "                  stopOnException: true\n"
                            + "                  aggregationStrategy: \"#class:com.example.Nothing\"\n"),
            new Mistake(
                    "yaml-comment",
                    FLOW,
                    "                      id: commit-video\n",
                    "                      # The end of it.\n                      id: commit-video\n"),
            new Mistake("file-name", "job/left-over.camel.yaml", "", ROUTE.formatted("keep-leases", "keep-leases")),
            new Mistake(
                    "failure-swallowed",
                    FLOW,
                    "                  - to:\n                      id: commit-video\n"
                            + "                      uri: direct:commit-result\n",
                    "                  - doTry:\n                      id: try-commit\n                      steps:\n"
                            + "                        - to:\n                            id: commit-video\n"
                            + "                            uri: direct:commit-result\n"
                            + "                      doCatch:\n                        - exception:\n"
                            + "                            - java.lang.Exception\n                          steps:\n"
                            + "                            - log:\n                                id: log-not-committed\n"
                            + "                                message: x\n"),
            new Mistake(
                    "act-in-expression", "intake/note-worker.sql", "routeVersion.name", "routeDefects.takeProcessed"));

    @Test
    void ourRoutesAreRight() throws Exception {
        assertThat(new RouteChecks().check(ROUTES)).isEmpty();
    }

    @Test
    void everyPlantedMistakeIsFoundAndNothingElse() throws Exception {
        Map<MistakeKind, int[]> counts = new EnumMap<>(MistakeKind.class);
        List<String> missed = new ArrayList<>();
        List<String> elsewhere = new ArrayList<>();
        List<String> unnamed = new ArrayList<>();
        Map<String, String> files = RouteFiles.read(ROUTES);
        RouteChecks checks = new RouteChecks();
        List<Mistake> planted = Run.some("mistakes that each rule finds", SAMPLE, MISTAKES);
        for (Mistake mistake : planted) {
            String text = files.getOrDefault(mistake.file(), "");
            assertThat(text).as(mistake.toString()).contains(mistake.right());
            String wrong = text.replaceFirst(
                    Pattern.quote(mistake.right()), java.util.regex.Matcher.quoteReplacement(mistake.wrong()));
            Map<String, String> edited = new TreeMap<>(files);
            edited.put(mistake.file(), wrong);

            List<Finding> findings = checks.check(edited);

            System.out.printf(
                    "%-26s %-10s %s%n",
                    mistake.rule(), layer(mistake.rule()), findings.isEmpty() ? "nothing found" : findings.get(0));
            boolean found = !findings.isEmpty()
                    && findings.stream()
                            .allMatch(f ->
                                    f.id().equals(mistake.rule()) && f.file().equals(mistake.file()));
            int[] count = counts.computeIfAbsent(MistakeKind.of(mistake.rule()), first -> new int[2]);
            count[0] += found ? 1 : 0;
            count[1]++;
            if (!found) {
                missed.add(mistake.rule() + ": " + findings);
            } else {
                Change change = Change.between(text, wrong);
                List<String> lines = wrong.lines().toList();
                findings.stream()
                        .filter(finding -> !change.includes(finding.line()) && !change.isWithin(finding.line()))
                        .filter(finding -> ELSEWHERE.getOrDefault(finding.id(), Set.of()).stream()
                                .noneMatch(lines.get(finding.line() - 1)::contains))
                        .forEach(finding -> elsewhere.add(finding.toString()));
                if (findings.stream().noneMatch(finding -> finding.toString().contains(change.meant()))) {
                    unnamed.add(change.meant() + ": " + findings);
                }
            }
        }
        counts.forEach((kind, count) -> System.out.printf(
                "RESULT name=route-mistakes-%s value=%d unit=found-of-%d target=%d verdict=%s%n",
                kind.label(), count[0], count[1], count[1], count[0] == count[1] ? "pass" : "fail"));
        System.out.printf(
                "RESULT name=route-mistakes value=%d unit=found-of-%d target=%d verdict=%s%n",
                planted.size() - missed.size(), planted.size(), planted.size(), missed.isEmpty() ? "pass" : "fail");
        assertThat(missed).isEmpty();
        assertThat(elsewhere).as("findings that name another line").isEmpty();
        assertThat(unnamed).as("findings that do not name what was meant").isEmpty();
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

    @Test
    void everyRuleIsProvedOnTheRealRoutes() throws Exception {
        Set<String> planted = MISTAKES.stream().map(Mistake::rule).collect(Collectors.toCollection(TreeSet::new));

        // Those of the catalogue have a test of their own: PlantedCatalogueMistakesTest.
        assertThat(FixturesTest.rules().filter(rule -> !rule.startsWith("catalogue-")))
                .allSatisfy(rule -> assertThat(planted).contains(rule));
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
        // Which needs ffmpeg, and so is tested with it.
        rules.add("catalogue-ffmpeg");

        assertThat(explained).isEqualTo(rules);
    }
}
