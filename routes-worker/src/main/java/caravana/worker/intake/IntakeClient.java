package caravana.worker.intake;

import caravana.aws.QueueProperties;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.MessageSystemAttributeName;
import software.amazon.awssdk.services.sqs.model.ReceiveMessageRequest;
import software.amazon.awssdk.services.sqs.model.ReceiveMessageResponse;

/**
 * The SQS client of the job consumer, which only receives. While the intake gate is closed, it receives nothing, and
 * returns at once what an open long poll still receives.
 *
 * <p>Suspending the route would not be enough: Camel drops what the open poll of a suspended consumer receives, and the
 * job would wait until its visibility timeout ends.
 */
final class IntakeClient implements SqsClient {

    private static final Logger log = LoggerFactory.getLogger(IntakeClient.class);

    /** How much longer than the long poll a receive may take. */
    private static final Duration ALLOWANCE = Duration.ofSeconds(5);

    private final SqsClient sqs;
    private final Intake intake;
    private final RouteDefects defects;
    private final QueueProperties queue;

    IntakeClient(SqsClient sqs, Intake intake, RouteDefects defects, QueueProperties queue) {
        this.sqs = sqs;
        this.intake = intake;
        this.defects = defects;
        this.queue = queue;
    }

    /** @throws SdkClientException in place of an {@link Error}, after which Camel's consumer would stop polling */
    @Override
    public ReceiveMessageResponse receiveMessage(ReceiveMessageRequest request) {
        try {
            return receive(request);
        } catch (Error e) {
            throw SdkClientException.create("Could not receive: " + e, e);
        }
    }

    private ReceiveMessageResponse receive(ReceiveMessageRequest request) {
        if (!intake.isOpen()) {
            // Camel receives again after its poll delay of half a second.
            return defects.beginTrial() ? receiveOnTrial(request) : nothing();
        }
        ReceiveMessageResponse received = sqs.receiveMessage(patient(request));
        if (intake.isOpen()) {
            return received;
        }
        received.messages().forEach(this::handBack);
        return nothing();
    }

    private ReceiveMessageResponse receiveOnTrial(ReceiveMessageRequest request) {
        String messageId = null;
        try {
            ReceiveMessageResponse received = sqs.receiveMessage(
                    patient(request).toBuilder().maxNumberOfMessages(1).build());
            messageId = received.messages().stream()
                    .findFirst()
                    .map(Message::messageId)
                    .orElse(null);
            return received;
        } finally {
            defects.tryMessage(messageId);
        }
    }

    /** Returns the request with a time-out for long polls. The client's own time-outs are for short calls. */
    private ReceiveMessageRequest patient(ReceiveMessageRequest request) {
        Duration limit = Duration.ofSeconds(queue.longPollSeconds()).plus(ALLOWANCE);
        return request.toBuilder()
                .overrideConfiguration(c -> c.apiCallTimeout(limit).apiCallAttemptTimeout(limit))
                .build();
    }

    private static ReceiveMessageResponse nothing() {
        return ReceiveMessageResponse.builder().messages(List.of()).build();
    }

    private void handBack(Message message) {
        try {
            if (receives(message) >= queue.maxReceiveCount()) {
                // One more receive, and SQS would move the message to the dead-letter queue.
                sqs.sendMessage(m -> m.queueUrl(queue.queueUrl()).messageBody(message.body()));
                sqs.deleteMessage(d -> d.queueUrl(queue.queueUrl()).receiptHandle(message.receiptHandle()));
            } else {
                sqs.changeMessageVisibility(c -> c.queueUrl(queue.queueUrl())
                        .receiptHandle(message.receiptHandle())
                        .visibilityTimeout(0));
            }
        } catch (SdkException e) {
            // The message becomes visible after its visibility timeout. This only costs time.
            log.warn("Could not return a message to the queue: {}", e.toString());
        }
    }

    private static int receives(Message message) {
        String count = message.attributes().get(MessageSystemAttributeName.APPROXIMATE_RECEIVE_COUNT);
        return count == null ? 1 : Integer.parseInt(count);
    }

    @Override
    public String serviceName() {
        return sqs.serviceName();
    }

    /** Does nothing: the wrapped client is shared, and stays open. */
    @Override
    public void close() {}
}
