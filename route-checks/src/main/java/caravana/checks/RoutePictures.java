package caravana.checks;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Draws the routes as Mermaid diagrams, one for each story. Dashed edges are failures. */
final class RoutePictures {

    private static final String DIRECT = "direct:";
    private static final String SQL = "statement:";
    private static final String SQS = "aws2-sqs:";
    private static final String BEAN = "bean:";

    /** Leaves a failure to the route that called: no story of its own. */
    private static final String CALLER_DECIDES = "caller-decides";

    /**
     * A story.
     *
     * @param begins routes and error handling that it begins with; what they call is part of it
     * @param throughQueues whether it continues with what consumes a message that is sent
     */
    private record Story(String title, String text, List<String> begins, boolean throughQueues) {}

    private static final List<Story> STORIES = List.of(
            new Story(
                    "From HTTP to the commit",
                    "The way of a video through both apps: web up to the queue, the worker behind it.",
                    List.of("receive-upload"),
                    true),
            new Story(
                    "Upload",
                    "How web takes a video in one request, and takes one up again.",
                    List.of("receive-upload", "receive-raw-upload", "retry-video", "process-again", "upload-failures"),
                    false),
            new Story(
                    "Upload in pieces",
                    "How web takes a video in several requests, by tus or the IETF's drafts.",
                    List.of(
                            "create-upload",
                            "append-upload",
                            "show-upload",
                            "cancel-upload",
                            "creation-failures",
                            "piece-failures"),
                    false),
            new Story(
                    "Upload to S3",
                    "How a client sends a video to S3 itself, in parts or by one PUT, and web makes a job of it.",
                    List.of(
                            "create-direct-upload",
                            "sign-upload-part",
                            "list-upload-parts",
                            "complete-direct-upload",
                            "abort-direct-upload",
                            "sign-whole-upload",
                            "find-puts",
                            "creation-failures"),
                    false),
            new Story(
                    "Import",
                    "How web fetches a video from an address.",
                    List.of("create-import", "show-import", "cancel-import", "claim-imports", "keep-imports"),
                    false),
            new Story(
                    "Job",
                    "How a worker makes a clip, and keeps its claim meanwhile.",
                    List.of("process-video", "keep-lease", "publish-progress", "publish-segments"),
                    false),
            new Story("Failure", "What becomes of a job that fails, by its class.", List.of("job-failures"), false),
            new Story(
                    "Reconcile",
                    "How web finds what a crash or a lost message left behind.",
                    List.of("reconcile-jobs"),
                    false),
            new Story(
                    "Operate",
                    "What operators see and change, and how workers follow.",
                    List.of(
                            "show-readiness",
                            "show-queue",
                            "list-shares",
                            "list-failures",
                            "show-receipt",
                            "list-dead-letters",
                            "redrive-dead-letters",
                            "discard-dead-letters",
                            "list-audit",
                            "pause-workers",
                            "resume-workers",
                            "watch-queue",
                            "watch-commands",
                            "watch-intake",
                            "list-accounts",
                            "block-account",
                            "unblock-account",
                            "set-account-role",
                            "show-account-limits",
                            "set-account-limits",
                            "show-account-quotas",
                            "set-account-quotas"),
                    false),
            new Story(
                    "Videos",
                    "How a client reads, changes and fetches its videos.",
                    List.of(
                            "list-videos",
                            "show-video",
                            "watch-videos",
                            "update-video",
                            "cancel-video",
                            "delete-video",
                            "restore-video",
                            "link-original",
                            "link-processed",
                            "link-poster",
                            "link-output",
                            "show-master-playlist",
                            "show-media-playlist",
                            "show-manifest",
                            "link-segment",
                            "run-batch"),
                    false),
            new Story(
                    "Presets and assets",
                    "What an account keeps for its transformations.",
                    List.of(
                            "list-presets",
                            "show-preset",
                            "save-preset",
                            "delete-preset",
                            "list-assets",
                            "show-asset",
                            "receive-asset",
                            "link-asset",
                            "delete-asset"),
                    false),
            new Story(
                    "Events and webhooks",
                    "How programs learn what became of a video.",
                    List.of(
                            "list-events",
                            "list-webhooks",
                            "show-webhook",
                            "create-webhook",
                            "update-webhook",
                            "rotate-webhook-secret",
                            "delete-webhook",
                            "test-webhook",
                            "list-deliveries",
                            "replay-delivery",
                            "replay-webhook",
                            "claim-deliveries"),
                    false),
            new Story(
                    "Accounts",
                    "How people and programs come in, and what belongs to an account.",
                    List.of(
                            "sign-up",
                            "log-in",
                            "refresh-session",
                            "log-out",
                            "sign-out-everywhere",
                            "change-password",
                            "show-me",
                            "list-keys",
                            "create-key",
                            "delete-key",
                            "list-usage",
                            "request-export",
                            "show-export",
                            "erase-account"),
                    false),
            new Story(
                    "Mails",
                    "What accounts are mailed, and what the links in it do.",
                    List.of(
                            "request-verification",
                            "change-email",
                            "request-password-reset",
                            "claim-mails",
                            "confirm-email",
                            "reset-password"),
                    false));

    private final Map<String, Route> routes = new LinkedHashMap<>();
    private final Map<String, Route> configurations = new LinkedHashMap<>();
    private final Map<String, Route> consumers = new LinkedHashMap<>();

    RoutePictures(RouteTree tree) {
        tree.routes().forEach(route -> routes.put(route.id(), route));
        tree.configurations().forEach(configuration -> configurations.put(configuration.id(), configuration));
        tree.routes().stream()
                .filter(route -> route.from().uri().startsWith(SQS))
                .forEach(route -> consumers.put(route.from().uri(), route));
    }

    /** A chapter a story. */
    String text() {
        StringBuilder text = new StringBuilder();
        for (Story story : STORIES) {
            text.append("\n## %s%n%n%s%n%n```mermaid%nflowchart LR%n".formatted(story.title(), story.text()));
            edges(story).forEach(edge -> text.append("  ").append(edge).append('\n'));
            text.append("```\n");
        }
        return text.toString();
    }

    private Set<String> edges(Story story) {
        Set<String> edges = new LinkedHashSet<>();
        Set<String> seen = new LinkedHashSet<>();
        Deque<String> open = new ArrayDeque<>(story.begins());
        while (!open.isEmpty()) {
            String id = open.removeFirst();
            if (!seen.add(id)) {
                continue;
            }
            List<String> next = new ArrayList<>();
            if (routes.containsKey(id)) {
                addRoute(routes.get(id), story, edges, next);
            } else if (configurations.containsKey(id)) {
                addHandlers(configurations.get(id), edges, next);
            }
            // In depth first: what a step does follows the step.
            for (int i = next.size() - 1; i >= 0; i--) {
                open.addFirst(next.get(i));
            }
        }
        return edges;
    }

    private void addRoute(Route route, Story story, Set<String> edges, List<String> next) {
        String from = route.from().uri();
        if (!from.startsWith(DIRECT)) {
            edges.add(endpoint(from) + " --> " + box(route.id()));
        }
        for (String uri : called(route.file(), route.steps())) {
            edges.add(box(route.id()) + " --> " + endpoint(uri));
            follow(uri, story, next);
        }
        String failures = route.element().text("routeConfigurationId");
        if (!failures.isBlank() && !failures.equals(CALLER_DECIDES)) {
            edges.add(box(route.id()) + " -.-> " + handling(failures));
        }
    }

    private void addHandlers(Route configuration, Set<String> edges, List<String> next) {
        configuration
                .element()
                .get("onException")
                .ifPresent(handlers -> handlers.items()
                        .forEach(item -> item.get("onException").ifPresent(handler -> {
                            String id = handler.text("id");
                            edges.add(handling(configuration.id()) + " -.-> " + handling(id));
                            for (String uri : called(configuration.file(), Route.stepsOf(handler))) {
                                edges.add(handling(id) + " -.-> " + endpoint(uri));
                                if (uri.startsWith(DIRECT)) {
                                    next.add(uri.substring(DIRECT.length()));
                                }
                            }
                        })));
    }

    private void follow(String uri, Story story, List<String> next) {
        if (uri.startsWith(DIRECT)) {
            next.add(uri.substring(DIRECT.length()));
        } else if (story.throughQueues() && consumers.containsKey(uri)) {
            next.add(consumers.get(uri).id());
        }
    }

    /** What steps reach, in their order and each once: endpoints, and methods of beans that do what only a step may. */
    static Set<String> called(String file, List<Route.Step> steps) {
        Set<String> called = new LinkedHashSet<>();
        for (Route.Step step : steps) {
            String name = Reach.name(step);
            if (!name.startsWith(BEAN)) {
                called.add(step.uri());
            } else if (AppFolders.loading(file).stream()
                    .anyMatch(
                            app -> Vocabulary.of(app).has(Vocabulary.Kind.STEP_ONLY, name.substring(BEAN.length())))) {
                called.add(name);
            }
        }
        called.remove("");
        return called;
    }

    private static String box(String route) {
        return name(route) + "[\"" + route + "\"]";
    }

    private static String handling(String name) {
        return name("on " + name) + "{{\"" + name + "\"}}";
    }

    /** A route in a box, a statement by its file, a queue between double lines, anything else rounded. */
    private static String endpoint(String uri) {
        if (uri.startsWith(DIRECT)) {
            return box(uri.substring(DIRECT.length()));
        }
        if (uri.startsWith(SQL)) {
            return name(uri) + "[(\"" + uri.substring(SQL.length()) + "\")]";
        }
        String label = uri.replaceAll("\\{\\{caravana\\.([^}]+)}}", "$1");
        return uri.startsWith(SQS) ? name(uri) + "[[\"" + label + "\"]]" : name(uri) + "([\"" + label + "\"])";
    }

    private static String name(String text) {
        return text.replaceAll("[^A-Za-z0-9]+", "_");
    }
}
