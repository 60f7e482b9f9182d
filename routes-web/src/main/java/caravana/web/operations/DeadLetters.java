package caravana.web.operations;

import caravana.aws.QueueProperties;
import caravana.checks.StepOnly;
import caravana.web.operations.DeadLetter.State;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.camel.Body;
import org.apache.camel.Variable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.ChangeMessageVisibilityBatchRequestEntry;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.MessageAttributeValue;
import software.amazon.awssdk.services.sqs.model.MessageSystemAttributeName;

/**
 * Lists the dead-letter queue. SQS shows a message only by receiving it, which hides it for half a minute; this class
 * returns the messages to the queue earlier. It deletes none.
 */
@Component("deadLetters")
public class DeadLetters {

    private static final Logger log = LoggerFactory.getLogger(DeadLetters.class);
    private static final int MOST = 200;
    private static final int BATCH = 10;
    private static final int VISIBILITY_SECONDS = 30;

    /**
     * The number of empty receives after which the queue counts as empty. SQS asks only some of its servers per
     * receive, so one empty receive is not enough.
     */
    private static final int EMPTY_RECEIVES = 2;

    private static final Pattern UUID = Pattern.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");

    private final SqsClient sqs;
    private final QueueProperties queue;
    private final QueueStats figures;
    private final ObjectMapper json;

    DeadLetters(SqsClient sqs, QueueProperties queue, QueueStats figures, ObjectMapper json) {
        this.sqs = sqs;
        this.queue = queue;
        this.figures = figures;
        this.json = json;
    }

    /**
     * Receives up to 200 dead letters, each of which is hidden from other receivers for 30 s.
     *
     * @throws SdkException when SQS does not answer
     */
    @StepOnly
    public List<DeadLetter> receive() {
        Map<String, DeadLetter> letters = new LinkedHashMap<>();
        int empty = 0;
        while (letters.size() < MOST && empty < EMPTY_RECEIVES) {
            List<Message> messages = sqs.receiveMessage(r -> r.queueUrl(queue.dlqUrl())
                            .maxNumberOfMessages(BATCH)
                            .visibilityTimeout(VISIBILITY_SECONDS)
                            .waitTimeSeconds(0)
                            .messageAttributeNames("All")
                            .messageSystemAttributeNames(MessageSystemAttributeName.SENT_TIMESTAMP))
                    .messages();
            empty = messages.isEmpty() ? empty + 1 : 0;
            messages.forEach(message -> letters.put(message.messageId(), read(message)));
        }
        return new ArrayList<>(letters.values());
    }

    private DeadLetter read(Message message) {
        String sent = message.attributes().get(MessageSystemAttributeName.SENT_TIMESTAMP);
        String attempts = attribute(message, "attempt");
        return new DeadLetter(
                message.messageId(),
                message.receiptHandle(),
                videoId(message.body()),
                attribute(message, "code"),
                attribute(message, "last_code"),
                attribute(message, "reason"),
                attempts != null && attempts.matches("\\d{1,9}") ? Integer.valueOf(attempts) : null,
                sent == null ? null : Instant.ofEpochMilli(Long.parseLong(sent)).toString());
    }

    /** Returns the id in lower case, as rows have it, even if the sender wrote it in upper case. */
    private String videoId(String body) {
        try {
            JsonNode id = json.readTree(body).path("video_id");
            return id.isTextual() && UUID.matcher(id.asText()).matches()
                    ? id.asText().toLowerCase(Locale.ROOT)
                    : null;
        } catch (JsonProcessingException poison) {
            return null;
        }
    }

    private static String attribute(Message message, String name) {
        MessageAttributeValue value = message.messageAttributes().get(name);
        return value == null ? null : value.stringValue();
    }

    /**
     * Returns the dead letters about the videos of an erased account.
     *
     * @param videos rows with {@code video_id}
     */
    public List<DeadLetter> ofErased(
            @Variable("dead_letters") List<DeadLetter> letters,
            @Variable("erased_videos") List<Map<String, Object>> videos) {
        Set<Object> ids = videos.stream().map(row -> row.get("video_id")).collect(Collectors.toSet());
        return letters.stream()
                .filter(letter -> letter.getVideoId() != null && ids.contains(letter.getVideoId()))
                .toList();
    }

    /** Returns the ids of the videos that the dead letters name. */
    public List<String> videoIds(@Variable("dead_letters") List<DeadLetter> letters) {
        return letters.stream()
                .map(DeadLetter::getVideoId)
                .filter(Objects::nonNull)
                .toList();
    }

    /**
     * Sets each dead letter's state by its row.
     *
     * @param rows with {@code id}, {@code status} and {@code retryable}
     */
    public void judge(@Body Collection<Map<String, Object>> rows, @Variable("dead_letters") List<DeadLetter> letters) {
        Map<Object, Map<String, Object>> byId = new HashMap<>();
        rows.forEach(row -> byId.put(row.get("id"), row));
        for (DeadLetter letter : letters) {
            Map<String, Object> row = byId.get(letter.getVideoId());
            boolean retryable = row != null && "failed".equals(row.get("status")) && (Boolean) row.get("retryable");
            boolean poison = letter.getVideoId() == null || "poison_message".equals(letter.getCode());
            letter.setState(poison ? State.POISON : retryable ? State.REDRIVABLE : State.STALE);
        }
    }

    /** Makes the dead letters visible in the queue again. Those that were deleted in the meantime stay deleted. */
    @StepOnly
    public void putBack(@Variable("dead_letters") List<DeadLetter> letters) {
        for (int from = 0; from < letters.size(); from += BATCH) {
            List<ChangeMessageVisibilityBatchRequestEntry> entries = new ArrayList<>();
            for (DeadLetter letter : letters.subList(from, Math.min(letters.size(), from + BATCH))) {
                entries.add(ChangeMessageVisibilityBatchRequestEntry.builder()
                        .id(String.valueOf(entries.size()))
                        .receiptHandle(letter.getReceiptHandle())
                        .visibilityTimeout(0)
                        .build());
            }
            try {
                sqs.changeMessageVisibilityBatch(c -> c.queueUrl(queue.dlqUrl()).entries(entries));
            } catch (SdkException e) {
                log.info(
                        "Dead letters could not be released; they are visible again in {} s: {}",
                        VISIBILITY_SECONDS,
                        e.toString());
            }
        }
    }

    /** Composes the list, with whether it is complete. */
    @StepOnly
    public Map<String, Object> list(@Variable("dead_letters") List<DeadLetter> letters) {
        QueueStats.Figures dead = figures.of(queue.dlqUrl());
        int approximate = Math.max(letters.size(), dead.visible() + dead.inFlight() + dead.delayed());
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("listed", letters.size());
        answer.put("approximate", approximate);
        answer.put("complete", letters.size() >= approximate);
        answer.put("items", letters);
        return answer;
    }
}
