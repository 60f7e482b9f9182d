package caravana.checks;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What the pictures of the real routes show. */
class RoutePicturesTest {

    private static final Pattern EDGE = Pattern.compile("^ {2}(\\S.*?) (-->|-\\.->) (\\S.*)$");
    private static final String DASHED = "-.->";

    private static final Pattern LABEL = Pattern.compile("[\\[({]+\"(.*)\"[\\])}]+$");

    private record Edge(String from, String arrow, String to) {}

    private static RouteTree tree;
    private static final Map<String, List<Edge>> STORIES = new LinkedHashMap<>();

    @BeforeAll
    static void read() throws Exception {
        tree = RouteTree.of(RouteFiles.read(Path.of("../src/main/resources/camel")));
        for (String chapter : new RoutePictures(tree).text().split("(?m)^## ")) {
            if (!chapter.isBlank()) {
                STORIES.put(
                        chapter.lines().findFirst().orElseThrow(),
                        chapter.lines().flatMap(RoutePicturesTest::edge).toList());
            }
        }
    }

    private static Stream<Edge> edge(String line) {
        Matcher edge = EDGE.matcher(line);
        return edge.matches() ? Stream.of(new Edge(edge.group(1), edge.group(2), edge.group(3))) : Stream.of();
    }

    @Test
    void eachRouteThatSomethingOutsideCallsIsInAStory() {
        Set<String> operations = new HashSet<>();
        for (AppFolders app : AppFolders.values()) {
            operations.addAll(Vocabulary.of(app).operations().keySet());
        }
        Set<String> shown = STORIES.values().stream()
                .flatMap(List::stream)
                .flatMap(edge -> Stream.of(edge.from(), edge.to()))
                .map(RoutePicturesTest::label)
                .collect(Collectors.toSet());

        assertThat(tree.routes())
                .filteredOn(route -> !route.from().uri().startsWith("direct:") || operations.contains(route.id()))
                // What answers from memory has nothing to show.
                .filteredOn(route ->
                        !RoutePictures.called(route.file(), route.steps()).isEmpty())
                .extracting(Route::id)
                .isSubsetOf(shown);
    }

    @Test
    void thereIsOneOfEachStory() {
        assertThat(STORIES.keySet())
                .containsExactly(
                        "From HTTP to the commit",
                        "Upload",
                        "Upload in pieces",
                        "Upload to S3",
                        "Import",
                        "Job",
                        "Failure",
                        "Reconcile",
                        "Operate",
                        "Videos",
                        "Presets and assets",
                        "Events and webhooks",
                        "Accounts",
                        "Mails");
        assertThat(STORIES.values()).allSatisfy(edges -> assertThat(edges).isNotEmpty());
    }

    /** The edges of the first picture lead without a break from the call to the row that says processed. */
    @Test
    void aPathLeadsFromHttpThroughTheQueueToTheCommit() {
        List<Edge> whole = STORIES.get("From HTTP to the commit");

        assertThat(reached(whole, "platform-http:/api/videos/upload"))
                .contains(
                        "receive-upload",
                        "send-job",
                        "aws2-sqs:sqs.queue-name",
                        "process-video",
                        "commit-result",
                        "job/commit-result.sql");
        // Through the queue, and by no other way.
        assertThat(reached(
                        whole.stream()
                                .filter(edge -> !label(edge.to()).equals("process-video"))
                                .toList(),
                        "platform-http:/api/videos/upload"))
                .doesNotContain("job/commit-result.sql");
    }

    @Test
    void edgesOfFailuresAreDashedAndNoOthers() {
        Set<String> routes = tree.routes().stream().map(Route::id).collect(Collectors.toSet());
        Set<String> handlings =
                tree.configurations().stream().map(Route::id).collect(Collectors.toCollection(HashSet::new));
        tree.configurations()
                .forEach(configuration -> configuration
                        .element()
                        .all()
                        .forEach(element ->
                                element.get("onException").ifPresent(handler -> handlings.add(handler.text("id")))));

        STORIES.forEach((story, edges) -> assertThat(edges).as(story).allSatisfy(edge -> {
            boolean ofFailure = isHandling(edge.from()) || isHandling(edge.to());
            assertThat(edge.arrow().equals(DASHED)).isEqualTo(ofFailure);
            assertThat(isHandling(edge.from()) ? handlings : routes)
                    .as("%s begins at a route, a handling or a consumer's endpoint", edge)
                    .matches(known -> known.contains(label(edge.from())) || isEndpoint(edge.from()));
        }));
        assertThat(STORIES.get("Failure"))
                .allSatisfy(edge -> assertThat(edge).isNotNull())
                .anySatisfy(edge -> {
                    assertThat(label(edge.from())).isEqualTo("rejected-media");
                    assertThat(edge.arrow()).isEqualTo(DASHED);
                    assertThat(label(edge.to())).isEqualTo("reject-job");
                });
    }

    /** By the name of its file, in a cylinder, and never by what runs it. */
    @Test
    void aStatementIsItsFile() {
        Set<String> cylinders = STORIES.values().stream()
                .flatMap(List::stream)
                .map(Edge::to)
                .filter(node -> node.contains("[(\""))
                .map(RoutePicturesTest::label)
                .collect(Collectors.toSet());

        assertThat(cylinders)
                .hasSizeGreaterThan(30)
                .isSubsetOf(tree.statements().keySet());
        assertThat(STORIES.values().toString()).doesNotContain("\"statement:", "jdbc:", "dataSource");
    }

    /** Each way in which a video comes is in a picture, and how its upload ends. */
    @Test
    void everyWayOfUploadingIsInAStory() {
        assertThat(reached(STORIES.get("Upload"), "platform-http:/api/videos/upload", "platform-http:/api/videos"))
                .contains("settle-upload", "publish-job");
        assertThat(reached(STORIES.get("Upload in pieces"), "platform-http:/api/uploads"))
                .contains("store-pieces", "finish-upload", "publish-job");
        assertThat(reached(STORIES.get("Upload in pieces"), "platform-http:/api/uploads/{video_id}"))
                .contains("append-upload", "store-pieces");
        assertThat(reached(STORIES.get("Upload to S3"), "complete-direct-upload"))
                .contains("finish-upload", "publish-job");
        assertThat(reached(STORIES.get("Upload to S3"), "create-direct-upload")).contains("begin-direct");
    }

    private static boolean isHandling(String node) {
        return node.contains("{{\"");
    }

    private static boolean isEndpoint(String node) {
        return node.contains("([\"") || node.contains("[[\"");
    }

    private static String label(String node) {
        Matcher label = LABEL.matcher(node);
        assertThat(label.find()).as(node).isTrue();
        return label.group(1);
    }

    /** All that solid edges lead to. */
    private static Set<String> reached(List<Edge> edges, String... begins) {
        Map<String, Set<String>> next = new HashMap<>();
        edges.stream()
                .filter(edge -> !edge.arrow().equals(DASHED))
                .forEach(edge -> next.computeIfAbsent(label(edge.from()), first -> new LinkedHashSet<>())
                        .add(label(edge.to())));
        Set<String> reached = new LinkedHashSet<>();
        Deque<String> open = new ArrayDeque<>(Arrays.asList(begins));
        while (!open.isEmpty()) {
            String one = open.pop();
            if (reached.add(one)) {
                next.getOrDefault(one, Set.of()).forEach(open::push);
            }
        }
        return reached;
    }
}
