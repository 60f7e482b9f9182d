package caravana.aws;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.validation.annotation.Validated;

/**
 * The job queue and its dead-letter queue.
 *
 * @param queueName name of the job queue. It is only a label in endpoints and metrics; all calls use the URL
 * @param queueUrl URL of the job queue
 * @param dlqName name of the dead-letter queue. It is only a label, as that of the job queue
 * @param dlqUrl URL of the dead-letter queue
 * @param maxReceiveCount number of receives after which SQS itself moves a message to the dead-letter queue. It must
 *     be the value in the queue's redrive policy
 * @param longPollSeconds seconds for which one receive waits for messages, 0 to 20 (the limit of SQS)
 * @param visibilitySeconds visibility timeout in seconds: how long a received message stays hidden from other
 *     workers, 12 hours at most (the limit of SQS). The worker renews it while the job runs
 * @param callTimeout longest duration of a call to SQS with its retries, except a receive. It must be shorter than
 *     the worker's heartbeat
 */
@Validated
@ConfigurationProperties("caravana.sqs")
public record QueueProperties(
        @NotBlank String queueName,

        @NotBlank(message = "set SQS_QUEUE_URL to the job queue's URL")
        String queueUrl,

        @NotBlank String dlqName,

        @NotBlank(message = "set SQS_DLQ_URL to the dead-letter queue's URL")
        String dlqUrl,

        @Min(1) @Max(1000) int maxReceiveCount,
        @Min(0) @Max(20) int longPollSeconds,
        @Min(1) @Max(43200) int visibilitySeconds,
        @NotNull Duration callTimeout) {}
