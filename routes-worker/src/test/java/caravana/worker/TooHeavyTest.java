package caravana.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import caravana.test.SampledClass;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** What becomes of a video for which there is not enough memory: a real limit, and real allocations that fail. */
@SampledClass(turn = 0)
class TooHeavyTest extends WorkerRouteTest {

    @DynamicPropertySource
    static void littleMemory(DynamicPropertyRegistry registry) {
        // Enough to look at the original, and not to transcode it.
        registry.add("caravana.worker.tool.memory", () -> "500MB");
    }

    @Test
    void onceItIsTriedAgainAndTwiceItIsRefused() throws Exception {
        String id = upload(video("3840x2160", 1));
        send(message(id));

        await().atMost(JOB).until(() -> "out_of_memory".equals(row(id).get("error_code")));
        assertThat(row(id)).containsEntry("status", "uploaded").containsEntry("attempts", 1);
        Map<String, Object> row =
                await().atMost(JOB).until(() -> row(id), r -> r.get("status").equals("failed"));

        assertThat(row)
                .containsEntry("error_code", "media_too_heavy")
                .containsEntry("attempts", 2)
                .containsEntry("retryable", false);
        assertThat((String) row.get("error_detail")).contains("lower resolution");
        assertThat(deadLetters()).isEmpty();
        assertQueueIsQuiet();
    }
}
