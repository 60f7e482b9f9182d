package caravana.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What a run says about itself, from samples as JMeter keeps them. */
class ClearingTest {

    private static final long BEGIN = Instant.parse("2026-01-01T00:00:10Z").toEpochMilli();

    @Test
    void pausedWorkersAreNotCharged() throws Exception {
        Clearing clearing = Clearing.of(
                "two",
                3,
                new JMeter.Run(
                        List.of(
                                Map.of("label", "resume", "timeStamp", String.valueOf(BEGIN)),
                                finished("00:00:01", "00:00:14", 3000),
                                finished("00:00:02", "00:00:18", 4000)),
                        false,
                        ""));

        assertThat(clearing.unfinished()).isEqualTo(1);
        assertThat(clearing.makespan()).isEqualTo(8);
        assertThat(clearing.perMinute()).isEqualTo(15);
        assertThat(clearing.waits()).containsExactly(1.0, 4.0);
        assertThat(clearing.services()).containsExactly(3.0, 4.0);
        assertThat(clearing.phase("transcode")).isEqualTo(2.9);
        assertThat(clearing.depth())
                .containsExactly(
                        new double[] {0, 0},
                        new double[] {0, 1},
                        new double[] {0, 1},
                        new double[] {0, 2},
                        new double[] {1, 2},
                        new double[] {1, 1},
                        new double[] {4, 1},
                        new double[] {4, 0});
    }

    /** One comes every second and waits one second longer than the one before: half of what comes stays. */
    @Test
    void theQueueGrowsByWhatIsNotTaken() throws Exception {
        Instant first = Instant.parse("2026-01-01T00:00:00Z");
        List<Clearing.Job> jobs = IntStream.range(0, 60)
                .mapToObj(i -> new Clearing.Job(
                        first.plusSeconds(i), first.plusSeconds(2L * i + 1), Map.of("transcode", 1000L)))
                .toList();

        assertThat(new Clearing("growing", 60, first, jobs).growthPerMinute()).isCloseTo(30, within(1.0));
    }

    private static Map<String, String> finished(String uploaded, String processed, long transcode) {
        return Map.of(
                "label", "finished",
                "status", "processed",
                "uploaded_at", "2026-01-01T" + uploaded + "Z",
                "processed_at", "2026-01-01T" + processed + "Z",
                "phase_ms", "{\"queue\":9000,\"download\":100,\"transcode\":" + (transcode - 100) + "}");
    }
}
