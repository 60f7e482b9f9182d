package caravana.web.reconcile;

import caravana.aws.QueueProperties;
import caravana.checks.StepOnly;
import org.springframework.stereotype.Component;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;

/** Looks whether the job queue is empty, for the reconciler. */
@Component("queueProbe")
public class QueueProbe {

    private final QueueProperties queue;
    private final SqsClient sqs;
    private boolean wasEmpty;

    QueueProbe(QueueProperties queue, SqsClient sqs) {
        this.queue = queue;
        this.sqs = sqs;
    }

    /**
     * Whether the queue was empty at two looks in a row: then no message names a video that still waits.
     *
     * @throws software.amazon.awssdk.core.exception.SdkException when SQS does not answer
     */
    @StepOnly
    public synchronized boolean isEmptyTwice() {
        boolean empty = isEmpty();
        boolean both = empty && wasEmpty;
        wasEmpty = empty;
        return both;
    }

    private boolean isEmpty() {
        return sqs
                .getQueueAttributes(q -> q.queueUrl(queue.queueUrl())
                        .attributeNames(
                                QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES,
                                QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES_DELAYED))
                .attributes()
                .values()
                .stream()
                .allMatch("0"::equals);
    }
}
