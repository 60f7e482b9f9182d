package caravana.worker.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;

import caravana.aws.QueueProperties;
import caravana.routes.RouteVersion;
import caravana.test.Waits;
import caravana.worker.WorkerSettings;
import caravana.worker.job.JobFailure;
import caravana.worker.job.JobLease;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.Test;
import org.springframework.util.unit.DataSize;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.ChangeMessageVisibilityRequest;
import software.amazon.awssdk.services.sqs.model.ChangeMessageVisibilityResponse;
import software.amazon.awssdk.services.sqs.model.DeleteMessageRequest;
import software.amazon.awssdk.services.sqs.model.DeleteMessageResponse;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.MessageSystemAttributeName;
import software.amazon.awssdk.services.sqs.model.ReceiveMessageRequest;
import software.amazon.awssdk.services.sqs.model.ReceiveMessageResponse;
import software.amazon.awssdk.services.sqs.model.SendMessageRequest;
import software.amazon.awssdk.services.sqs.model.SendMessageResponse;

class IntakeClientTest {

    private final Intake intake = new Intake(WorkerSettings.in(Path.of("work"), DataSize.ofMegabytes(1)));
    private final RouteDefects defects = new RouteDefects(
            intake,
            new JobFailure(),
            mock(JobLease.class),
            mock(RouteVersion.class),
            WorkerSettings.pausing(Duration.ZERO));
    private final List<Object> calls = new ArrayList<>();

    @Test
    void receivesWhileOpenAndGivesTheLongPollItsTime() {
        assertThat(receive("1", () -> {})).hasSize(1);

        assertThat(calls)
                .singleElement()
                .satisfies(call -> assertThat(((ReceiveMessageRequest) call)
                                .overrideConfiguration()
                                .orElseThrow()
                                .apiCallTimeout())
                        .contains(Duration.ofSeconds(25)));
    }

    @Test
    void doesNotEvenAskWhileClosed() {
        intake.unavailable("storage", "test");

        assertThat(receive("1", () -> {})).isEmpty();
        assertThat(calls).isEmpty();

        intake.available("storage");
        assertThat(receive("1", () -> {})).hasSize(1);
    }

    @Test
    void whatAnOpenPollBringsAfterClosingIsHandedBackAtOnce() {
        assertThat(receive("1", intake::stopping)).isEmpty();

        assertThat(calls).hasSize(2).last().satisfies(call -> {
            assertThat(((ChangeMessageVisibilityRequest) call).visibilityTimeout())
                    .isZero();
            assertThat(((ChangeMessageVisibilityRequest) call).receiptHandle()).isEqualTo("handle");
        });
    }

    @Test
    void aMessageWithoutReceivesLeftIsReplacedByACopy() {
        assertThat(receive("5", () -> intake.paused(true))).isEmpty();

        assertThat(calls).hasSize(3);
        assertThat(((SendMessageRequest) calls.get(1)).messageBody()).isEqualTo("body");
        assertThat(((DeleteMessageRequest) calls.get(2)).receiptHandle()).isEqualTo("handle");
    }

    @Test
    void whileTheRoutesHaveADefectOneMessageAtATimeIsTried() {
        defects.judge("a-step", new NullPointerException());
        assertThat(intake.closedBy()).containsExactly("route_defect");

        assertThat(receive("1", () -> {})).hasSize(1);
        assertThat(receive("1", () -> {})).isEmpty();

        assertThat(calls).hasSize(1);
    }

    /** As at the limit of processes, where a client cannot start a thread that it needs. */
    @Test
    void afterAnErrorCamelPollsAgain() throws Exception {
        AtomicBoolean first = new AtomicBoolean(true);
        IntakeClient client = client("1", () -> {
            if (first.getAndSet(false)) {
                throw new OutOfMemoryError("unable to create native thread");
            }
        });
        CountDownLatch received = new CountDownLatch(1);
        try (DefaultCamelContext camel = new DefaultCamelContext()) {
            camel.getRegistry().bind("intake", client);
            camel.addRoutes(new RouteBuilder() {
                @Override
                public void configure() {
                    from("aws2-sqs:q?amazonSQSClient=#intake&queueUrl=http://q&deleteAfterRead=false&region=us-east-1")
                            .process(exchange -> received.countDown());
                }
            });
            camel.start();

            assertThat(received.await(Waits.LIMIT.toSeconds(), TimeUnit.SECONDS))
                    .isTrue();
        }
        assertThat(first).isFalse();
    }

    private List<Message> receive(String receives, Runnable meanwhile) {
        return client(receives, meanwhile)
                .receiveMessage(ReceiveMessageRequest.builder().build())
                .messages();
    }

    private IntakeClient client(String receives, Runnable meanwhile) {
        Message message = Message.builder()
                .messageId("id")
                .body("body")
                .receiptHandle("handle")
                .attributes(Map.of(MessageSystemAttributeName.APPROXIMATE_RECEIVE_COUNT, receives))
                .build();
        QueueProperties queue =
                new QueueProperties("q", "http://q", "dlq", "http://dlq", 5, 20, 60, Duration.ofSeconds(8));
        return new IntakeClient(new Recorder(message, meanwhile), intake, defects, queue);
    }

    /** A queue with one message, which records the calls. */
    private final class Recorder implements SqsClient {

        private final Message message;
        private final Runnable meanwhile;

        Recorder(Message message, Runnable meanwhile) {
            this.message = message;
            this.meanwhile = meanwhile;
        }

        @Override
        public ReceiveMessageResponse receiveMessage(ReceiveMessageRequest request) {
            calls.add(request);
            meanwhile.run();
            return ReceiveMessageResponse.builder().messages(message).build();
        }

        @Override
        public ChangeMessageVisibilityResponse changeMessageVisibility(ChangeMessageVisibilityRequest request) {
            calls.add(request);
            return ChangeMessageVisibilityResponse.builder().build();
        }

        @Override
        public SendMessageResponse sendMessage(SendMessageRequest request) {
            calls.add(request);
            return SendMessageResponse.builder().build();
        }

        @Override
        public DeleteMessageResponse deleteMessage(DeleteMessageRequest request) {
            calls.add(request);
            return DeleteMessageResponse.builder().build();
        }

        @Override
        public String serviceName() {
            return SERVICE_NAME;
        }

        @Override
        public void close() {}
    }
}
