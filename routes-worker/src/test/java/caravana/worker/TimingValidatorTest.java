package caravana.worker;

import static org.assertj.core.api.Assertions.assertThat;

import caravana.worker.settings.WorkerProperties;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.util.unit.DataSize;

class TimingValidatorTest {

    private static final Duration BASE_TIME_LIMIT = Duration.ofMinutes(2);
    private static final Duration LONGEST_VIDEO = Duration.ofMinutes(10);

    @Test
    void theDefaultsFitTogether() {
        assertThat(problems(12, 36, 60, 8, 5, 10, 10, 900, 90, 120)).isEmpty();
    }

    /** All times in seconds: each row breaks one rule of the defaults. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            12 | 35 | 60 |  8 | 5 | 10 | 10 | 900 | 90 | 120 | at least three heartbeats (12.0 s)
            12 | 36 | 47 |  8 | 5 | 10 | 10 | 900 | 90 | 120 | must fit into SQS_VISIBILITY_TIMEOUT (47.0 s)
            12 | 36 | 60 | 12 | 5 | 10 | 10 | 900 | 90 | 120 | call-timeout (12.0 s) must be below
            12 | 36 | 60 |  8 | 5 | 20 | 10 | 900 | 90 | 120 | whose database call hangs
            12 | 36 | 60 |  8 | 5 |  0 | 10 | 900 | 90 | 120 | socketTimeout must be set
            12 | 36 | 60 |  8 | 5 | 10 |  0 | 900 | 90 | 120 | backoff (0.0 s) must be above 0
            12 | 36 | 60 |  8 | 5 | 10 | 20 |  10 | 90 | 120 | at most max-backoff (10.0 s)
            12 | 36 | 60 |  8 | 5 | 10 | 10 | 901 | 90 | 120 | at most 15 min
            12 | 36 | 60 |  8 | 5 | 10 | 10 | 900 | 105 | 120 | below spring.lifecycle.timeout-per-shutdown-phase
            12 | 36 | 60 |  8 | 5 | 10 | 10 | 900 | -1 | 120 | grace cannot be negative
            """)
    void aWrongCombinationIsNamed(
            int beat,
            int lease,
            int visibility,
            int sqsCall,
            int connect,
            int answer,
            int backoff,
            int maxBackoff,
            int grace,
            int shutdown,
            String problem) {
        assertThat(problems(beat, lease, visibility, sqsCall, connect, answer, backoff, maxBackoff, grace, shutdown))
                .singleElement()
                .asString()
                .contains(problem);
    }

    private static List<String> problems(
            int beat,
            int lease,
            int visibility,
            int sqsCall,
            int connect,
            int answer,
            int backoff,
            int maxBackoff,
            int grace,
            int shutdown) {
        WorkerProperties worker = new WorkerProperties(
                1,
                Path.of("work"),
                Duration.ofSeconds(beat),
                Duration.ofSeconds(lease),
                Duration.ofSeconds(backoff),
                Duration.ofSeconds(maxBackoff),
                Duration.ofSeconds(grace),
                Duration.ofSeconds(10),
                DataSize.ofGigabytes(1),
                DataSize.ofGigabytes(2),
                Duration.ofMinutes(2),
                Duration.ofMinutes(5));
        return problems(worker, LONGEST_VIDEO, visibility, sqsCall, connect, answer, shutdown);
    }

    @Test
    void theLongestVideoFitsIntoTheLongestRun() {
        WorkerProperties worker = WorkerSettings.in(Path.of("work"), DataSize.ofGigabytes(1));
        Duration longest = Duration.ofHours(6).minus(BASE_TIME_LIMIT);

        assertThat(problems(worker, longest, 60, 8, 5, 10, 120)).isEmpty();
        assertThat(problems(worker, longest.plusSeconds(1), 60, 8, 5, 10, 120))
                .containsExactly("caravana.media.base-time-limit (120.0 s) and CARAVANA_VIDEO_MAX_DURATION (21481.0 s)"
                        + " must be at most 21600.0 s together");
    }

    private static List<String> problems(
            WorkerProperties worker,
            Duration longestVideo,
            int visibility,
            int sqsCall,
            int connect,
            int answer,
            int shutdown) {
        return TimingValidator.problems(
                worker,
                BASE_TIME_LIMIT,
                longestVideo,
                Duration.ofSeconds(visibility),
                Duration.ofSeconds(sqsCall),
                Duration.ofSeconds(connect),
                Duration.ofSeconds(answer),
                Duration.ofSeconds(shutdown));
    }
}
