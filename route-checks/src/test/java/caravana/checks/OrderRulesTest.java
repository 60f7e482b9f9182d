package caravana.checks;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The order that is required is one that the real routes have. */
class OrderRulesTest {

    /** Lists of steps, each as the names of its items; of an item, its own name is the first. */
    private static final List<List<List<String>>> LISTS = new ArrayList<>();

    @BeforeAll
    static void read() throws Exception {
        RouteTree.of(RouteFiles.read(Path.of("../src/main/resources/camel")))
                .files()
                .values()
                .forEach(root -> root.all()
                        .forEach(element -> element.get("steps")
                                .ifPresent(steps -> LISTS.add(steps.items().stream()
                                        .map(item ->
                                                List.copyOf(Reach.lines(item).keySet()))
                                        .toList()))));
    }

    /** Otherwise a route was renamed, and nothing guards its order any more. */
    @Test
    void theRoutesHaveEachPair() {
        assertThat(OrderRules.BEFORE)
                .allSatisfy(pair -> assertThat(LISTS)
                        .as(String.join(" before ", pair))
                        .anyMatch(list -> has(list, pair.get(0), pair.get(1))));
    }

    @Test
    void aMessageIsAcknowledgedBehindSomething() {
        List<List<List<String>>> unguarded = LISTS.stream()
                .filter(list -> list.size() > 1
                        && list.stream().anyMatch(item -> item.get(0).equals("direct:acknowledge-job")))
                .filter(list -> LISTS.stream()
                        .filter(around -> around == list || isWithin(list, around))
                        .noneMatch(around -> OrderRules.BEFORE.stream()
                                .filter(pair -> pair.contains("direct:acknowledge-job"))
                                .anyMatch(pair -> has(around, pair.get(0), pair.get(1)))))
                .toList();

        assertThat(unguarded).isEmpty();
    }

    /** Otherwise a step or a handling was renamed, and nothing asks for its handling any more. */
    @Test
    void theRoutesHaveEachStepThatIsUndone() throws Exception {
        RouteTree tree = RouteTree.of(RouteFiles.read(Path.of("../src/main/resources/camel")));
        Reach reach = new Reach(tree);
        assertThat(HandlingRules.UNDOING)
                .allSatisfy((step, handlings) -> assertThat(handlings)
                        .allSatisfy(handling -> assertThat(tree.routes())
                                .filteredOn(route -> route.element()
                                        .text("routeConfigurationId")
                                        .equals(handling))
                                .as(step + " under " + handling)
                                .anyMatch(route -> reach.of(route).contains(step))));
    }

    /** Whether a list stands within a step of another, such as a choice. */
    private static boolean isWithin(List<List<String>> list, List<List<String>> around) {
        List<String> lines = list.stream().flatMap(List::stream).toList();
        return around.stream().anyMatch(item -> item.size() > lines.size() && item.containsAll(lines));
    }

    private static boolean has(List<List<String>> list, String first, String second) {
        for (int i = 0; i < list.size(); i++) {
            if (!list.get(i).isEmpty() && list.get(i).get(0).equals(first)) {
                return list.subList(i + 1, list.size()).stream().anyMatch(item -> item.contains(second));
            }
        }
        return false;
    }
}
