package caravana.web.reconcile;

import caravana.aws.QueueProperties;
import caravana.checks.StepOnly;
import org.springframework.stereotype.Component;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;

/** Counts the messages of the job queue, for the reconciler. */
@Component("queueProbe")
public class QueueProbe {

    private final QueueProperties queue;
    private final SqsClient sqs;
    private int last = Integer.MAX_VALUE;

    QueueProbe(QueueProperties queue, SqsClient sqs) {
        this.queue = queue;
        this.sqs = sqs;
    }

    /**
     * How many messages there are, hidden and delayed ones included: the larger number of two looks in a row, since SQS's are
     * approximate, and one that is too small sends messages in vain.
     *
     * @throws software.amazon.awssdk.core.exception.SdkException when SQS does not answer
     */
    @StepOnly
    public synchronized int messages() {
        int found = sqs
                .getQueueAttributes(q -> q.queueUrl(queue.queueUrl())
                        .attributeNames(
                                QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES,
                                QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES_NOT_VISIBLE,
                                QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES_DELAYED))
                .attributes()
                .values()
                .stream()
                .mapToInt(Integer::parseInt)
                .sum();
        int larger = Math.max(found, last);
        last = found;
        return larger;
    }
}
