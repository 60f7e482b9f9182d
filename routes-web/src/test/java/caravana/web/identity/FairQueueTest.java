package caravana.web.identity;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FairQueueTest {

    private static final int PLACES = 4;

    private final FairQueue queue = new FairQueue(PLACES);
    private final List<String> done = new ArrayList<>();

    private FairQueue.Task<Boolean> enter(String name, String... owners) {
        return queue.enter(() -> done.add(name), List.of(owners));
    }

    private void runAll() {
        for (int i = 0; i < PLACES; i++) {
            queue.runNext();
        }
    }

    @Test
    void equalsRunInTheOrderInWhichTheyCame() {
        enter("1", "a");
        enter("2", "b");
        enter("3", "c");
        enter("4", "d");

        runAll();

        assertThat(done).containsExactly("1", "2", "3", "4");
    }

    @Test
    void theLightestLoadRunsFirst() {
        enter("1", "account", "source 1");
        enter("2", "account", "source 2");
        enter("3", "account", "source 1");
        enter("4", "other account", "source 4");

        runAll();

        assertThat(done).containsExactly("4", "2", "1", "3");
    }

    /** What runs is a load as well. */
    @Test
    void whoseTaskRunsComesAfterWhoHasNone() {
        List<String> order = new ArrayList<>();
        queue.enter(
                () -> {
                    enter("2", "a");
                    enter("3", "b");
                    queue.runNext();
                    order.addAll(done);
                    return null;
                },
                List.of("a"));

        runAll();

        assertThat(order).containsExactly("3");
        assertThat(done).containsExactly("3", "2");
    }

    @Test
    void theHeaviestLoadGivesWayAndOfItTheLast() {
        enter("1", "a");
        enter("2", "a");
        FairQueue.Task<?> last = enter("3", "a");
        enter("4", "b");

        FairQueue.Task<?> further = enter("5", "c");

        assertThat(last.isCancelled()).isTrue();
        assertThat(further.isCancelled()).isFalse();
        runAll();
        assertThat(done).containsExactly("4", "5", "1", "2");
    }

    @Test
    void whoHasAllPlacesIsRefused() {
        for (int i = 0; i < PLACES; i++) {
            assertThat(enter("" + i, "a").isCancelled()).isFalse();
        }

        assertThat(enter("further", "a").isCancelled()).isTrue();
        runAll();
        assertThat(done).hasSize(PLACES).doesNotContain("further");
    }

    @Test
    void whoLeavesFreesThePlaceAndTheLoad() {
        FairQueue.Task<?> impatient = enter("1", "a");
        enter("2", "a");
        enter("3", "b");
        queue.leave(impatient);
        assertThat(impatient.isCancelled()).isTrue();
        enter("4", "c");
        assertThat(enter("5", "d").isCancelled()).isFalse();

        runAll();

        assertThat(done).containsExactly("2", "3", "4", "5");
    }

    @Test
    void whatIsDoneStaysDone() throws Exception {
        FairQueue.Task<Boolean> task = enter("1", "a");
        queue.runNext();
        queue.leave(task);

        assertThat(task.isCancelled()).isFalse();
        assertThat(task.get()).isTrue();
        queue.runNext();
        assertThat(done).containsExactly("1");
    }

    @Test
    void aFullQueueIsSeenBeforeItRefuses() {
        Random random = new Random(17);
        int refused = 0;
        for (int i = 0; i < 1000; i++) {
            String[] owners = {"account " + random.nextInt(3), "source " + random.nextInt(3)};
            boolean full = queue.isFullFor(List.of(owners));
            assertThat(enter("task", owners).isCancelled()).isEqualTo(full);
            refused += full ? 1 : 0;
            if (random.nextInt(3) == 0) {
                queue.runNext();
            }
        }
        assertThat(refused).isBetween(1, 999);
    }
}
