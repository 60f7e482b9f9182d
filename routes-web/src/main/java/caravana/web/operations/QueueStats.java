package caravana.web.operations;

import java.util.Map;
import org.springframework.stereotype.Component;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;

/** The approximate number of messages in a queue, as SQS reports it. */
@Component
class QueueStats {

    /**
     * Numbers of messages.
     *
     * @param visible messages that can be received
     * @param inFlight messages that were received and not deleted
     * @param delayed messages that cannot be received yet
     */
    record Figures(int visible, int inFlight, int delayed) {}

    private final SqsClient sqs;

    QueueStats(SqsClient sqs) {
        this.sqs = sqs;
    }

    /** @throws software.amazon.awssdk.core.exception.SdkException when SQS does not answer */
    Figures of(String queueUrl) {
        Map<QueueAttributeName, String> attributes = sqs.getQueueAttributes(q -> q.queueUrl(queueUrl)
                        .attributeNames(
                                QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES,
                                QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES_NOT_VISIBLE,
                                QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES_DELAYED))
                .attributes();
        return new Figures(
                number(attributes, QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES),
                number(attributes, QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES_NOT_VISIBLE),
                number(attributes, QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES_DELAYED));
    }

    private static int number(Map<QueueAttributeName, String> attributes, QueueAttributeName name) {
        return Integer.parseInt(attributes.getOrDefault(name, "0"));
    }
}
