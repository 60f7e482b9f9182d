package caravana.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class WatchedAppTest {

    private static final String FAILED =
            "12:00:00.000  WARN 7 --- [x] describe-failure : Video 1-2, attempt 1, step s: killed: x";
    private static final String PROCESSED =
            "12:00:01.000  INFO 7 --- [x] commit-result : Video 1-2 processed at attempt 2";

    private final List<String> printed = new ArrayList<>();
    private final WatchedApp worker = new WatchedApp("routes-worker", printed::add);

    @Test
    void reloadsAndFailedJobsCallsAndTimersArePrinted() {
        worker.logged("12:00:00.000  INFO 7 --- [x] caravana.routes.RouteReloader : Reloaded [a, b]");
        worker.logged("12:00:00.000  INFO 7 --- [x] other : whatever");
        worker.logged(FAILED);
        worker.logged("12:00:00.000  WARN 7 --- [x] c.web.server.EditedCalls : GET /api/videos, step s: x");
        worker.logged("12:00:00.000  WARN 7 --- [x] caravana.routes.EditedTimers : Timer t, step s: x");

        assertThat(printed)
                .containsExactly(
                        "routes-worker: Reloaded [a, b]",
                        "routes-worker: Video 1-2, attempt 1, step s: killed: x",
                        "routes-worker: GET /api/videos, step s: x",
                        "routes-worker: Timer t, step s: x");
    }

    @Test
    void thatJobsAreProcessedIsToldOnceAndAfterAFailureOnly() {
        worker.logged(PROCESSED);
        assertThat(printed).isEmpty();

        worker.logged(FAILED);
        worker.logged(PROCESSED);
        worker.logged(PROCESSED);

        assertThat(printed)
                .hasSize(3)
                .endsWith("routes-worker: Video 1-2 processed at attempt 2", "routes-worker: Jobs are processed again");
    }
}
