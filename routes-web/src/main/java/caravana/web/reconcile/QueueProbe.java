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
     * Counts the messages of the queue, including hidden and delayed ones. It returns the larger of two consecutive
     * counts, because SQS counts approximately, and a number that is too small makes the reconciler send messages
     * twice.
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
