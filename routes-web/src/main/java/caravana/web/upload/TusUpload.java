package caravana.web.upload;

import caravana.tracing.SpanTree;
import caravana.web.caller.Caller;
import caravana.web.http.InputText;
import caravana.web.http.MediaTypes;
import caravana.web.http.Problem;
import com.fasterxml.jackson.core.JsonProcessingException;
import jakarta.servlet.http.HttpServletRequest;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Message;
import org.apache.camel.Variable;
import org.springframework.stereotype.Component;

/**
 * Parses requests and writes answers of <a href="https://tus.io/protocols/resumable-upload">tus 1.0.0</a>, and of the
 * IETF's drafts ({@link ResumableDraft}), which are derived from it.
 */
@Component("tusUpload")
public class TusUpload {

    /** The version, for {@code Tus-Resumable}. */
    public static final String VERSION = "1.0.0";

    /** The supported extensions of tus, for {@code Tus-Extension}. */
    public static final String EXTENSIONS =
            "creation,creation-with-upload,creation-defer-length,expiration,checksum,termination";

    /** The supported checksum algorithms, for {@code Tus-Checksum-Algorithm}. */
    public static final String CHECKSUMS = String.join(",", UploadChecksum.NAMES);

    /** The media type of a piece in tus. */
    public static final String TYPE = "application/offset+octet-stream";

    private static final String VERSION_HEADER = "Tus-Resumable";
    private static final String OFFSET = "Upload-Offset";
    private static final String LENGTH = "Upload-Length";
    private static final String DEFER = "Upload-Defer-Length";
    private static final String METADATA = "Upload-Metadata";
    private static final String EXPIRES = "Upload-Expires";

    private static final int CONFLICT = 409;
    private static final int GONE = 410;

    private static final DateTimeFormatter HTTP_DATE =
            DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.US);

    private final AnnouncedUpload announcedUpload;
    private final ObjectWriter objects;

    TusUpload(AnnouncedUpload announcedUpload, ObjectWriter objects) {
        this.announcedUpload = announcedUpload;
        this.objects = objects;
    }

    /**
     * Reads the announcement of a new upload, which comes before its bytes, as the properties {@code announced}, {@code
     * token} and {@code has_body}.
     *
     * @throws Problem 400, 412, 413 or 415 when it does not match the contract, or the file cannot be a video
     */
    public void announce(Exchange exchange) {
        HttpServletRequest request = request(exchange);
        ResumableDraft draft = checkVersion(request);
        if (request.getHeader("Upload-Concat") != null) {
            // If the header were ignored, each piece of a file would become a video.
            throw Problem.invalid(
                    "Files are not put together from several uploads. Send the whole file in one upload, without"
                            + " Upload-Concat; for tus-js-client, that is without parallelUploads.");
        }
        boolean hasBody = hasBody(request);
        if (draft == null) {
            checkType(request, TYPE);
        }
        Long bytes = draft == null ? announcedLength(request) : draftLength(request, draft, 0, exchange);
        Map<String, String> metadata = UploadMetadata.parse(request.getHeader(METADATA));
        String type = either(metadata, "filetype", "type");
        if (type.isEmpty() && draft != null && hasBody) {
            type = bodyType(request);
        }
        String name = either(metadata, "filename", "name");
        Map<String, Object> announced = announcedUpload.columns(bytes, name, type, metadata, exchange);
        announced.put("metadata", request.getHeader(METADATA));
        exchange.setProperty("announced", announced);
        exchange.setProperty("token", UUID.randomUUID().toString());
        exchange.setProperty("has_body", hasBody);
        if (bytes != null) {
            checkEnd(request, 0, bytes);
        }
        if (hasBody) {
            // An invalid checksum is refused before an upload is created.
            UploadChecksum.of(request.getHeader("Upload-Checksum"));
        }
    }

    private Long announcedLength(HttpServletRequest request) {
        String length = request.getHeader(LENGTH);
        String deferred = request.getHeader(DEFER);
        if (deferred != null && !deferred.equals("1")) {
            throw Problem.invalid("The header Upload-Defer-Length is " + InputText.shown(deferred)
                    + ". Send 1, or Upload-Length with the file's size in bytes.");
        }
        if ((length == null) == (deferred == null)) {
            throw Problem.invalid(
                    "Send Upload-Length with the file's size in bytes, or Upload-Defer-Length: 1 when it is"
                            + " not known yet, and not both.");
        }
        return length == null ? null : length(request);
    }

    /**
     * Returns the file's length in bytes if it is known: from a header, or from the length of a body that is the last
     * one. Sets the property {@code last} when the file ends with the body.
     *
     * @throws Problem 400 when the request has two different lengths
     */
    private Long draftLength(HttpServletRequest request, ResumableDraft draft, long offset, Exchange exchange) {
        boolean last = draft.isLast(request);
        exchange.setProperty("last", last);
        Long announced = request.getHeader(LENGTH) == null ? null : length(request);
        long body = hasBody(request) ? request.getContentLengthLong() : 0;
        if (!last || body < 0) {
            return announced;
        }
        Long found = checkedLength(offset + body);
        if (announced != null && !announced.equals(found)) {
            throw new Problem(
                    400,
                    "length_mismatch",
                    "Upload-Length is " + announced + ", and the last request ends at " + found
                            + ". Send the whole file, and its own length.");
        }
        return found;
    }

    private static boolean hasBody(HttpServletRequest request) {
        return request.getContentLengthLong() > 0 || request.getHeader("Transfer-Encoding") != null;
    }

    /** @throws Problem 415 when there is a body of another media type */
    private static void checkType(HttpServletRequest request, String type) {
        if (hasBody(request) && !type.equals(MediaTypes.essence(request.getContentType()))) {
            throw Problem.unsupportedType(
                    MediaTypes.essence(request.getContentType()), "Send the bytes of the file as " + type + ".");
        }
    }

    private Long length(HttpServletRequest request) {
        long bytes = number(request, LENGTH);
        if (bytes == 0) {
            throw new Problem(
                    415,
                    "not_a_video",
                    "The header Upload-Length is 0, and an empty file is not a video. Send the file's size in bytes.");
        }
        return checkedLength(bytes);
    }

    private Long checkedLength(long bytes) {
        UploadRules.checkNotEmpty(bytes);
        objects.checkSize(bytes);
        return bytes;
    }

    private static long number(HttpServletRequest request, String header) {
        String text = request.getHeader(header);
        if (text == null || !text.matches("[0-9]+")) {
            throw Problem.invalid("The header " + header + " is " + (text == null ? "missing" : InputText.shown(text))
                    + ". Send a number of bytes.");
        }
        return UploadRules.number(text);
    }

    /** Returns the media type of the file whose first bytes are in the body; empty when it is unknown. */
    private static String bodyType(HttpServletRequest request) {
        String type = MediaTypes.essence(request.getContentType());
        return type.startsWith("application/") ? "" : type;
    }

    private static String either(Map<String, String> metadata, String name, String other) {
        return metadata.getOrDefault(name, metadata.getOrDefault(other, ""));
    }

    /**
     * Notes the result of a creation. Sets the property {@code created}, and for a new upload {@code incoming}. For a
     * repetition, {@code video_id} becomes the id of the first upload.
     *
     * @throws Problem 409 or 429 by the result of {@code open-upload.sql}
     */
    public void opened(Exchange exchange) {
        Map<?, ?> row = exchange.getVariable("opening", Map.class);
        boolean repeated = row != null && List.of("running", "done").contains(row.get("outcome"));
        if (repeated) {
            exchange.setProperty("video_id", row.get("video_id"));
        } else {
            Opening opening = Opening.of(exchange);
            Map<String, Object> created = new LinkedHashMap<>();
            created.put("video_id", exchange.getProperty("video_id"));
            created.put("original_key", opening.originalKey());
            created.put("bytes", exchange.getProperty("announced", Map.class).get("bytes"));
            created.put("received_bytes", 0L);
            created.put("part", 0);
            created.put("tail_bytes", 0);
            exchange.setProperty("incoming", incoming(exchange, created));
        }
        exchange.setProperty("created", !repeated);
    }

    /**
     * @param row the earlier upload with the same {@code Idempotency-Key}; null when it was created in another way
     * @throws Problem 409 {@code idempotency_mismatch} when it differed
     */
    public void checkSame(
            @Variable("first_upload") Map<String, Object> row,
            @ExchangeProperty("announced") Map<String, Object> announced)
            throws JsonProcessingException {
        RepeatedUpload.requireWay(row != null && Objects.equals(row.get("direct"), announced.get("direct")));
        RepeatedUpload.check(row, announced);
        RepeatedUpload.require(
                Objects.equals(row.get("part_bytes"), announced.get("part_bytes")), "another part_bytes");
        RepeatedUpload.require(
                announced.get("bytes") == null || announced.get("bytes").equals(row.get("bytes")), "another length");
    }

    /**
     * Reads a request that continues an upload. Sets the properties {@code offset}, {@code token}, and {@code bytes}
     * when the request has the file's length.
     *
     * @throws Problem 400, 412, 413 or 415
     */
    public void append(Exchange exchange) {
        HttpServletRequest request = request(exchange);
        ResumableDraft draft = checkVersion(request);
        long offset = number(request, OFFSET);
        exchange.setProperty("offset", offset);
        if (draft == null) {
            checkType(request, TYPE);
            exchange.setProperty("bytes", request.getHeader(LENGTH) == null ? null : length(request));
        } else {
            if (draft.isTyped()) {
                checkType(request, ResumableDraft.TYPE);
            }
            exchange.setProperty("bytes", draftLength(request, draft, offset, exchange));
        }
        exchange.setProperty("token", UUID.randomUUID().toString());
    }

    /**
     * Checks that the request may write, and sets the property {@code incoming}. A complete upload accepts no more
     * bytes.
     *
     * @param row result of {@code take-upload.sql}
     * @throws Problem 403, 404, 409, 410 or 413
     */
    public void taken(@Body Map<String, Object> row, Exchange exchange) {
        checkOwner(row, exchange.getProperty("caller", Caller.class));
        switch ((String) row.get("outcome")) {
            case "taken" -> {
                if (row.get("bytes") != null) {
                    checkEnd(request(exchange), (Long) row.get("received_bytes"), (Long) row.get("bytes"));
                }
                exchange.setProperty("incoming", incoming(exchange, row));
            }
            case "direct" ->
                throw new Problem(
                        CONFLICT,
                        "wrong_way",
                        "The bytes of this upload must be sent to S3 directly. Send them to the addresses "
                                + "that are signed for it.");
            case "complete" -> checkEnd(request(exchange), (Long) row.get("bytes"), (Long) row.get("bytes"));
            case "length" ->
                throw new Problem(
                        CONFLICT,
                        "length_mismatch",
                        "The Upload-Length " + exchange.getProperty("bytes") + " does not fit: "
                                + row.get("received_bytes") + " bytes have arrived"
                                + (row.get("bytes") == null ? "." : ", and " + row.get("bytes") + " were announced.")
                                + " Send the file's own length.");
            default -> {
                checkOpen(row);
                throw new Problem(
                        CONFLICT,
                        "wrong_offset",
                        "The Upload-Offset is " + exchange.getProperty("offset") + ", and the upload is at "
                                + row.get("received_bytes") + ". Send the bytes from there.");
            }
        }
    }

    private static IncomingUpload incoming(Exchange exchange, Map<?, ?> row) {
        return new IncomingUpload(
                row,
                exchange.getProperty("token", String.class),
                UploadChecksum.of(request(exchange).getHeader("Upload-Checksum")),
                exchange.getProperty("last", false, Boolean.class));
    }

    /** @throws Problem 413 {@code longer_than_announced} when the body would end after the file's end */
    private static void checkEnd(HttpServletRequest request, long offset, long bytes) {
        if (request.getContentLengthLong() > bytes - offset) {
            throw IncomingUpload.longer(bytes);
        }
    }

    /**
     * @param row of the upload; null when there is none
     * @throws Problem 404, 403 {@code not_owner}
     */
    public void checkOwner(
            @ExchangeProperty("upload_row") Map<String, Object> row, @ExchangeProperty("caller") Caller caller) {
        if (row == null) {
            throw new Problem(404, "not_found", "There is no upload with this id.");
        }
        if (!caller.getId().equals(row.get("owner_id"))) {
            throw new Problem(403, "not_owner", "This upload belongs to another account.");
        }
        SpanTree.join((String) row.get("traceparent"));
    }

    /**
     * @param row of the upload
     * @throws Problem 410 {@code upload_expired}, {@code upload_cancelled} or {@code upload_refused} when the
     *     upload has ended
     */
    public void checkOpen(@ExchangeProperty("upload_row") Map<String, Object> row) {
        String ended = (String) row.get("ended");
        if ("cancelled".equals(ended)) {
            throw new Problem(GONE, "upload_cancelled", "The upload was cancelled. Create another one.");
        }
        if ("refused".equals(ended)) {
            throw new Problem(
                    GONE,
                    "upload_refused",
                    "The upload was refused, because its file is not a video or is too large. Create "
                            + "another one.");
        }
        if ("expired".equals(ended) || ended == null && Boolean.TRUE.equals(row.get("expired"))) {
            throw new Problem(GONE, "upload_expired", "The upload has expired. Create another one.");
        }
    }

    /**
     * @param cancelled the upload's row; null when it was no longer open
     * @throws Problem 409 {@code upload_complete} when it is a video already
     */
    public void checkCancelled(@Body Object cancelled) {
        if (cancelled == null) {
            throw new Problem(
                    CONFLICT,
                    "upload_complete",
                    "The upload is complete. Delete the video instead, with DELETE /api/videos/{video_id}.");
        }
    }

    /** Checks the protocol version of a call without a body. */
    public void checkVersion(Exchange exchange) {
        checkVersion(request(exchange));
    }

    /** Returns the draft that the request uses; null for tus. */
    private static ResumableDraft checkVersion(HttpServletRequest request) {
        String version = request.getHeader(VERSION_HEADER);
        String other = version == null ? null : ResumableDraft.headerIn(request);
        if (other != null) {
            throw Problem.invalid("The request has " + VERSION_HEADER + ", which is a header of tus, and " + other
                    + ", which is one of the IETF's drafts. Send those of one protocol.");
        }
        ResumableDraft draft = version == null ? ResumableDraft.of(request) : null;
        if (draft == null && !VERSION.equals(version)) {
            throw new Problem(
                    412,
                    "tus_version_unsupported",
                    "The header Tus-Resumable is " + (version == null ? "missing" : InputText.shown(version))
                            + ". Send " + VERSION + ".");
        }
        return draft;
    }

    /** Sets the headers and the document that describe an upload. */
    public void describe(Exchange exchange) {
        Map<?, ?> row = exchange.getProperty("upload_row", Map.class);
        Message answer = exchange.getMessage();
        answer.removeHeaders("*");
        Instant expiresAt = ((Timestamp) row.get("expires_at")).toInstant();
        String expires = expiresAt.atOffset(ZoneOffset.UTC).format(HTTP_DATE);
        answer.setHeader(OFFSET, row.get("received_bytes"));
        answer.setHeader(EXPIRES, expires);
        if (row.get("bytes") == null) {
            answer.setHeader(DEFER, "1");
        } else {
            answer.setHeader(LENGTH, row.get("bytes"));
        }
        if (row.get("metadata") != null) {
            answer.setHeader(METADATA, row.get("metadata"));
        }
        answer.setHeader("Cache-Control", "no-store");
        ResumableDraft draft = ResumableDraft.of(request(exchange));
        if (draft != null) {
            draft.describe(
                    answer,
                    row.get("ended") != null || Boolean.TRUE.equals(row.get("arrived")),
                    objects.maxBytes(),
                    Math.max(0, Duration.between(Instant.now(), expiresAt).toSeconds()));
        }
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("video_id", row.get("video_id"));
        document.put("title", row.get("title"));
        document.put("status", "accepted".equals(row.get("ended")) ? "accepted" : "receiving");
        document.put("received_bytes", row.get("received_bytes"));
        document.put("bytes", row.get("bytes"));
        document.put("expires_at", row.get("expires"));
        answer.setBody(document);
    }

    private static HttpServletRequest request(Exchange exchange) {
        return exchange.getProperty(HttpServletRequest.class.getName(), HttpServletRequest.class);
    }
}
