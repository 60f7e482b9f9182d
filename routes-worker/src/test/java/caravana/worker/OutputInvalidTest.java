package caravana.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.doAnswer;
import static org.mockito.Mockito.doThrow;

import caravana.test.SampledClass;
import caravana.worker.media.OutputInvalidException;
import caravana.worker.media.ResultCheck;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.springframework.test.context.bean.override.mockito.MockitoSpyBean;
import software.amazon.awssdk.services.sqs.model.Message;

/** What becomes of a job whose result is not as planned. */
@SampledClass(turn = 3)
class OutputInvalidTest extends WorkerRouteTest {

    @MockitoSpyBean
    private ResultCheck resultCheck;

    @Test
    void theSameMeasurementTwiceIsFinal() throws Exception {
        doThrow(new OutputInvalidException("1 stream instead of 2"))
                .when(resultCheck)
                .compare(any(), any(), any(), any(), any(), any());
        String id = upload(video("64x48", 1));
        send(message(id));

        await().atMost(JOB).until(() -> "output_invalid".equals(row(id).get("error_code")));
        assertThat(row(id)).containsEntry("status", "uploaded").containsEntry("attempts", 1);
        Map<String, Object> row =
                await().atMost(JOB).until(() -> row(id), r -> r.get("status").equals("failed"));

        assertThat(row)
                .containsEntry("error_code", "output_invalid")
                .containsEntry("error_detail", "1 stream instead of 2")
                .containsEntry("attempts", 2)
                .containsEntry("last_code", null)
                .containsEntry("retryable", false)
                .containsEntry("processed_key", null);
        List<Message> dead = new ArrayList<>();
        await().atMost(JOB).until(() -> dead.addAll(deadLetters()) || !dead.isEmpty());
        assertThat(dead)
                .singleElement()
                .satisfies(letter -> assertThat(
                                letter.messageAttributes().get("code").stringValue())
                        .isEqualTo("output_invalid"));
        assertThat(objects("processed/" + id + "/")).isEmpty();
        assertQueueIsQuiet();
    }

    @Test
    void anotherMeasurementIsAnotherFailure() throws Exception {
        AtomicInteger streams = new AtomicInteger();
        doAnswer(call -> {
                    throw new OutputInvalidException(streams.getAndIncrement() + " streams instead of 2");
                })
                .doCallRealMethod()
                .when(resultCheck)
                .compare(any(), any(), any(), any(), any(), any());
        String id = upload(video("64x48", 1));
        jdbc.update(
                "UPDATE videos SET attempts = 1, error_code = 'output_invalid', error_detail = '7 streams instead of 2'"
                        + " WHERE id = CAST(? AS uuid)",
                id);
        send(message(id));

        await().atMost(JOB).until(() -> row(id), r -> r.get("status").equals("processed"));
        assertThat(row(id)).containsEntry("attempts", 3).containsEntry("error_code", null);
        assertQueueIsQuiet();
    }
}
