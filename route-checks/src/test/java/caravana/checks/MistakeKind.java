package caravana.checks;

import java.util.Locale;

/** The kinds of mistakes that engineers make in routes, as the tests count them. */
enum MistakeKind {
    NAMES,
    COMPONENTS_AND_TYPES,
    VALUES,
    BEAN_METHODS,
    SQL,
    ORDER,
    KEYS;

    String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The kind of what a rule finds. */
    static MistakeKind of(String rule) {
        if (rule.startsWith("sql-")) {
            return SQL;
        }
        return switch (rule) {
            case "answer-header-dropped",
                    "bean-unknown",
                    "contract-enters",
                    "contract-leaves",
                    "direct-never-called",
                    "direct-without-route",
                    "error-handling-unknown",
                    "error-handling-unused",
                    "file-name",
                    "header-unknown",
                    "member-unknown",
                    "name-never-read",
                    "name-not-set",
                    "name-set-later",
                    "queue-mixed-up",
                    "setting-unknown",
                    "timer-name",
                    "resource-unknown",
                    "program-unknown",
                    "name-set-twice" -> NAMES;
            case "component-unknown", "data-format-unknown", "language-unknown", "type-unknown" -> COMPONENTS_AND_TYPES;
            case "answer-not-in-contract",
                    "constant-with-function",
                    "deployment-in-route",
                    "endpoint-options",
                    "expression",
                    "http-methods-with-space",
                    "placeholder",
                    "step-option",
                    "value-impossible",
                    "duration-without-unit",
                    "redelivery-policy",
                    "sqs-limit",
                    "date-pattern",
                    "json-invalid",
                    "uri-not-evaluated",
                    "object-without-key",
                    "sqs-attributes-taken" -> VALUES;
            case "act-in-expression", "bean-arguments", "bean-method-unknown" -> BEAN_METHODS;
            case "statement-result", "transacted-statements" -> SQL;
            case "asynchronous-in-consumer",
                    "direct-cycle",
                    "error-handling-missing",
                    "error-handling-unfit",
                    "failure-swallowed",
                    "handled-missing",
                    "heartbeat-not-deferred",
                    "not-acknowledged",
                    "receipt-handle-removed",
                    "rollback-only",
                    "step-disabled",
                    "step-order",
                    "stop-early",
                    "header-lost",
                    "never-reached",
                    "steps-empty" -> ORDER;
            default -> KEYS;
        };
    }
}
