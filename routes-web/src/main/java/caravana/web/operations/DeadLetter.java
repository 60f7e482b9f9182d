package caravana.web.operations;

import caravana.checks.OneOf;
import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Locale;

/** A message of the dead-letter queue, with the effect that a redrive would have. */
public final class DeadLetter {

    /** The effect of a redrive. */
    public enum State {
        /** The video failed for a reason that may pass: its job is queued again, and the dead letter is deleted. */
        REDRIVABLE,
        /** The video was processed again or deleted since: only the dead letter is deleted. */
        STALE,
        /** No worker can handle the message: it stays until an operator discards it. */
        POISON
    }

    private final String messageId;
    private final String receiptHandle;
    private final String videoId;
    private final String code;
    private final String lastCode;
    private final String reason;
    private final Integer attempts;
    private final String sentAt;
    private State state;

    /**
     * @param videoId null when the message names no video
     * @param code stable code of the failure; null when SQS itself moved the message
     * @param lastCode failure code of the last attempt, when no attempts are left; null otherwise
     * @param attempts number of attempts; null when unknown
     * @param sentAt when the message was first sent, in ISO 8601
     */
    DeadLetter(
            String messageId,
            String receiptHandle,
            String videoId,
            String code,
            String lastCode,
            String reason,
            Integer attempts,
            String sentAt) {
        this.messageId = messageId;
        this.receiptHandle = receiptHandle;
        this.videoId = videoId;
        this.code = code;
        this.lastCode = lastCode;
        this.reason = reason;
        this.attempts = attempts;
        this.sentAt = sentAt;
    }

    @JsonProperty("message_id")
    public String getMessageId() {
        return messageId;
    }

    @JsonIgnore
    public String getReceiptHandle() {
        return receiptHandle;
    }

    @JsonProperty("video_id")
    public String getVideoId() {
        return videoId;
    }

    public String getCode() {
        return code;
    }

    @JsonProperty("last_code")
    public String getLastCode() {
        return lastCode;
    }

    public String getReason() {
        return reason;
    }

    public Integer getAttempts() {
        return attempts;
    }

    @JsonProperty("sent_at")
    public String getSentAt() {
        return sentAt;
    }

    /** Returns the state in lower case, as clients and routes use it. */
    @OneOf({"redrivable", "stale", "poison"})
    public String getState() {
        return state.name().toLowerCase(Locale.ROOT);
    }

    void setState(State state) {
        this.state = state;
    }
}
