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
 * @param queueName the job queue's name; every endpoint uses the URL, the name only labels
 * @param queueUrl the job queue's URL
 * @param dlqName the dead-letter queue's name, a label as well
 * @param dlqUrl the dead-letter queue's URL
 * @param maxReceiveCount receives after which SQS itself moves a message to the dead-letter queue; it must be the
 *     redrive policy's value
 * @param longPollSeconds how long one receive waits, 0 to 20 s (SQS's limit)
 * @param visibilitySeconds how long a received message stays hidden, in seconds, up to SQS's limit of 12 h; renewed while its job
 *     runs
 * @param callTimeout how long any call but a receive may take, its tries included; less than the worker's heartbeat
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
