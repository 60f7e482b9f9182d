package caravana.job;

import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The kinds of failures of a job. Each has a stable code, by which rows, dead letters, metrics and the API name it, one
 * sentence for the uploader, and a flag that says whether a retry may help.
 *
 * <p>Codes are part of the API's contract: new ones may be added, and none is renamed. The exact reason of a failure,
 * with paths, statements and exit statuses, is stored separately, for operators.
 */
public enum FailureCode {
    // The original is at fault, so a retry cannot help.
    NOT_A_VIDEO(false, "The file is not a video that we can read."),
    NO_VIDEO_STREAM(false, "The file has no video track."),
    NO_DURATION(false, "The video's duration could not be determined."),
    UNDECODABLE(false, "The video is damaged, or its format cannot be decoded."),
    TOO_LARGE(false, "The file is larger than allowed."),
    TOO_LONG(false, "The video is longer than allowed."),
    NOTHING_KEPT(false, "The part to keep begins after the end of the video."),
    SIZE_UNREACHABLE(false, "The video cannot be made as small as requested."),
    RESULT_RESOLUTION_TOO_HIGH(false, "With these transformations, the picture would be larger than can be encoded."),
    TOO_COMPLEX(false, "Inspecting the file takes too long."),
    TOO_MANY_STREAMS(false, "The file has more tracks than allowed."),
    RESOLUTION_TOO_HIGH(false, "The picture is larger than allowed."),
    FRAME_RATE_TOO_HIGH(false, "The video has more frames per second than allowed."),
    CODEC_UNSUPPORTED(false, "The video's codec is not supported. Send it in H.264."),
    HDR_UNSUPPORTED(false, "This kind of HDR video is not supported. Export it as HDR10, HLG or SDR."),
    DURATION_OUT_OF_RULES(false, "The video must be 20 to 60 seconds long."),
    RESOLUTION_OUT_OF_RULES(false, "The video must be at least 1080p."),
    MEDIA_TOO_HEAVY(false, "Processing the video takes more memory than is available. Send it in a lower resolution."),
    CHECKSUM_MISMATCH(false, "The uploaded file has another SHA-256 than was announced. Upload it again."),
    ASSET_MISSING(false, "An asset that the job needs was deleted. Process the video again without it."),
    ASSET_UNREADABLE(false, "An asset that the job needs cannot be read. Process the video again without it."),
    ASSET_TOO_COMPLEX(false, "An asset that the job needs takes too long to draw. Process the video again without it."),
    ORIGINAL_MISSING(false, "The uploaded file is no longer stored. Upload it again."),

    // The product is at fault, and a retry would have the same result.
    OUTPUT_INVALID(false, "The result did not pass our checks. The fault is ours, and a retry does not help."),

    // No attempts are left. The code of the last attempt is stored separately.
    ATTEMPTS_EXHAUSTED(true, "Processing failed several times in a row. You can retry it."),

    // One attempt failed.
    KILLED(true, "Processing was interrupted."),
    STALLED(true, "Processing stopped making progress."),
    TIME_LIMIT(true, "Processing took too long."),
    TOOL_FAILED(true, "Processing ended with an error."),
    OUT_OF_MEMORY(true, "Processing ran out of memory."),
    DISK_FULL(true, "There was no disk space left for processing."),
    DISK_UNAVAILABLE(true, "The disk could not be used for processing."),
    UNKNOWN_TRANSFORMATION(true, "One of the transformations is not available yet."),
    WORKER_LOST(true, "Processing was interrupted."),
    INTERNAL_ERROR(true, "Processing failed. The fault is ours."),

    // Something that jobs need was unavailable.
    TOOL_UNAVAILABLE(true, "Processing is not available at the moment."),
    STORE_UNAVAILABLE(true, "The object store is not available at the moment."),
    DATABASE_UNAVAILABLE(true, "The database is not available at the moment."),
    QUEUE_UNAVAILABLE(true, "The queue is not available at the moment."),
    ROUTE_DEFECT(true, "Processing failed. The fault is ours."),

    // The job continues on another worker, or the message was not a job.
    WORKER_STOPPED(true, "Processing was interrupted and starts again."),
    CLAIM_LOST(true, "Processing continues elsewhere."),
    POISON_MESSAGE(false, "The message is not a job.");

    private static final Map<String, FailureCode> BY_CODE =
            Arrays.stream(values()).collect(Collectors.toMap(FailureCode::code, Function.identity()));

    private final boolean retryable;
    private final String sentence;

    FailureCode(boolean retryable, String sentence) {
        this.retryable = retryable;
        this.sentence = sentence;
    }

    /** The stable code, such as {@code disk_full}. */
    public String code() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * Returns whether a video with this failure may be retried: by its owner, or by an operator who redrives its dead
     * letter.
     */
    public boolean retryable() {
        return retryable;
    }

    /** Returns one English sentence for the uploader. It has no paths, hosts, statements or settings. */
    public String sentence() {
        return sentence;
    }

    /** Returns the failure with that code; empty for a code that only a route uses. */
    public static Optional<FailureCode> of(String code) {
        return Optional.ofNullable(BY_CODE.get(code));
    }
}
