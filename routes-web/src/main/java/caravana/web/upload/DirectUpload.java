package caravana.web.upload;

import caravana.checks.StepOnly;
import caravana.web.http.InputText;
import caravana.web.http.Problem;
import caravana.web.http.QueryString;
import caravana.web.links.PresignedLinks;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Message;
import org.springframework.stereotype.Component;

/**
 * Uploads that a client sends directly to S3, to addresses that web signs. The calls are those of Uppy's Companion,
 * which {@code @uppy/aws-s3} uses. Web does not see the bytes on their way, so it signs the lengths, and inspects the
 * stored file before it accepts the video.
 */
@Component("directUpload")
public class DirectUpload {

    private static final String BY_PARTS = "parts";
    private static final String BY_PUT = "put";

    private static final String METADATA = "metadata";

    static final int MOST_PARTS = 10_000;
    static final int LARGEST_PART = 1024 * 1024 * 1024;

    /** The largest file that S3 accepts with one PUT, in bytes. */
    static final long LARGEST_PUT = 5L * 1024 * 1024 * 1024;

    /** The most missing parts that a refusal names. */
    private static final int NAMED = 10;

    private static final int CONFLICT = 409;
    private static final int RETRY_SECONDS = 5;

    private final AnnouncedUpload announcedUpload;
    private final ObjectWriter objects;
    private final PartStore store;
    private final PresignedLinks links;
    private final ObjectMapper json;

    DirectUpload(
            AnnouncedUpload announcedUpload,
            ObjectWriter objects,
            PartStore store,
            PresignedLinks links,
            ObjectMapper json) {
        this.announcedUpload = announcedUpload;
        this.objects = objects;
        this.store = store;
        this.links = links;
        this.json = json;
    }

    /**
     * Reads the announcement of an upload in parts, as the properties {@code announced} and {@code token}.
     *
     * @throws Problem 400, 413 or 415 when it does not match the contract, or the file cannot be a video
     */
    public void announceParts(Exchange exchange) throws JsonProcessingException {
        Map<String, String> request = new LinkedHashMap<>();
        JsonNode body = VideoLabels.body(exchange.getMessage());
        putTexts(body.path(METADATA), request);
        putTexts(((ObjectNode) body).deepCopy().without(METADATA), request);
        long bytes = bytes(request);
        Map<String, Object> announced = announce(bytes, request, exchange);
        announced.put("direct", BY_PARTS);
        announced.put("part_bytes", partBytes(bytes, request.get("part_bytes")));
    }

    /** Reads texts from Uppy's metadata, whose values may be null, numbers, or a list of transformations. */
    private static void putTexts(JsonNode object, Map<String, String> texts) {
        object.properties().forEach(field -> {
            JsonNode value = field.getValue();
            if (!value.isNull()) {
                texts.put(field.getKey(), value.isValueNode() ? value.asText() : value.toString());
            }
        });
    }

    /**
     * Reads the announcement of an upload by one PUT, as the properties {@code announced} and {@code token}.
     *
     * @throws Problem 400, 413 or 415 when it does not match the contract, or the file cannot be a video
     */
    public void announceWhole(Exchange exchange) {
        Map<String, String> request = new LinkedHashMap<>();
        Map<String, String> parameters = QueryString.of(exchange.getMessage());
        if (parameters.containsKey(METADATA)) {
            throw Problem.invalid("The parameter metadata has no field. Write it as metadata[title]=…, for example.");
        }
        String field = METADATA + "[";
        parameters.forEach((name, value) -> {
            if (name.startsWith(field)) {
                request.put(name.substring(field.length(), name.length() - 1), value);
            }
        });
        request.putAll(parameters);
        long bytes = bytes(request);
        if (bytes > LARGEST_PUT) {
            throw new Problem(
                    413,
                    "too_large_for_put",
                    "S3 accepts at most " + LARGEST_PUT + " bytes in one PUT. Send the file in parts.");
        }
        announce(bytes, request, exchange).put("direct", BY_PUT);
    }

    private Map<String, Object> announce(long bytes, Map<String, String> request, Exchange exchange) {
        Map<String, Object> announced = announcedUpload.columns(
                bytes, request.getOrDefault("filename", ""), request.getOrDefault("type", ""), request, exchange);
        exchange.setProperty("announced", announced);
        exchange.setProperty("token", UUID.randomUUID().toString());
        return announced;
    }

    private long bytes(Map<String, String> request) {
        String text = request.get("bytes");
        if (text == null || !text.matches("[0-9]+")) {
            throw Problem.invalid("The file's length (bytes) is " + (text == null ? "missing" : InputText.shown(text))
                    + ". Send its size in bytes, a whole number from 1, as the field bytes or in metadata.");
        }
        long bytes = UploadRules.number(text);
        UploadRules.checkNotEmpty(bytes);
        objects.checkSize(bytes);
        return bytes;
    }

    /** Returns the length of a part in bytes: the one that the client requests, or Uppy's default. */
    private static int partBytes(long bytes, String wished) {
        long smallest = Math.max(PartBuffer.SMALLEST_PART, partsOf(bytes, MOST_PARTS));
        if (wished == null) {
            return Math.toIntExact(smallest);
        }
        if (!wished.matches("[0-9]{1,10}")
                || Long.parseLong(wished) < smallest
                || Long.parseLong(wished) > LARGEST_PART) {
            throw Problem.invalid("The length of the parts (part_bytes) is " + InputText.shown(wished)
                    + ". For this file, send a number from " + smallest + " to " + LARGEST_PART + ", or leave it out.");
        }
        return Integer.parseInt(wished);
    }

    private static long partsOf(long bytes, long each) {
        return (bytes + each - 1) / each;
    }

    /** Starts the multipart upload, and sets its id as the property {@code multipart_id}. */
    @StepOnly
    public void begin(@ExchangeProperty("upload_row") Map<String, Object> row, Exchange exchange) {
        exchange.setProperty("multipart_id", store.createDirect((String) row.get("original_key")));
    }

    /**
     * Aborts the multipart upload if the row does not name it.
     *
     * @param noted null when the row does not name it
     */
    @StepOnly
    public void begun(
            @Body Object noted,
            @ExchangeProperty("multipart_id") String multipart,
            @ExchangeProperty("upload_row") Map<String, Object> row) {
        if (noted == null) {
            store.abort((String) row.get("original_key"), multipart);
        }
    }

    /** Composes the answer to a creation. */
    public void answerParts(@ExchangeProperty("upload_row") Map<String, Object> row, Exchange exchange) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("video_id", row.get("video_id"));
        document.put("key", row.get("original_key"));
        document.put("uploadId", row.get("video_id"));
        document.put("bytes", row.get("bytes"));
        document.put("part_bytes", row.get("part_bytes"));
        document.put("parts", parts(row));
        document.put("expires_at", row.get("expires"));
        answer(exchange, document);
    }

    private static void answer(Exchange exchange, Object document) {
        Message message = exchange.getMessage();
        message.removeHeaders("*");
        message.setHeader("Cache-Control", "no-store");
        message.setBody(document);
    }

    /** Returns the number of an upload's parts. */
    private static int parts(Map<String, Object> row) {
        return Math.toIntExact(partsOf((Long) row.get("bytes"), (Integer) row.get("part_bytes")));
    }

    /** Returns the length of a part in bytes. */
    private static int bytesOf(int number, Map<String, Object> row) {
        int each = (Integer) row.get("part_bytes");
        return (int) Math.min(each, (Long) row.get("bytes") - (number - 1L) * each);
    }

    /**
     * Composes the answer with the address of a PUT.
     *
     * @param touched null when the upload has ended in the meantime
     * @throws Problem 409 {@code upload_complete} when the file has arrived
     */
    public void signWhole(
            @Body Object touched, @ExchangeProperty("upload_row") Map<String, Object> row, Exchange exchange) {
        checkTouched(touched);
        Map<String, Object> document = signed(links.whole((String) row.get("original_key"), (Long) row.get("bytes")));
        document.put("fields", Map.of());
        document.put("headers", Map.of("If-None-Match", "*"));
        document.put("bytes", row.get("bytes"));
        document.put("video_id", row.get("video_id"));
        answer(exchange, document);
    }

    private static Map<String, Object> signed(String address) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("method", "PUT");
        document.put("url", address);
        document.put("expires", PresignedLinks.VALID.toSeconds());
        return document;
    }

    private static void checkTouched(Object touched) {
        if (touched == null) {
            throw new Problem(
                    CONFLICT,
                    "upload_complete",
                    "This upload is complete, or has ended. GET /api/uploads/{video_id} shows its state.");
        }
    }

    /**
     * Stores the body of a call as the properties {@code key}, {@code part} and {@code claimed}, because statements
     * replace the body.
     */
    public void noteRequest(Exchange exchange) {
        Message in = exchange.getMessage();
        exchange.setProperty("key", QueryString.of(in).get("key"));
        exchange.setProperty("part", in.getHeader("part", String.class));
        exchange.setProperty("claimed", in.getBody(String.class));
    }

    /**
     * @throws Problem 409 {@code wrong_way} when the upload is not one in parts that go directly to S3; 400 when
     *     the key belongs to another upload
     */
    public void checkParts(
            @ExchangeProperty("upload_row") Map<String, Object> row, @ExchangeProperty("key") String key) {
        if (!BY_PARTS.equals(row.get("direct")) || row.get("multipart_id") == null) {
            throw new Problem(
                    CONFLICT,
                    "wrong_way",
                    "This upload was not created for sending parts to S3. Send it in the way for which it "
                            + "was created, or create another one.");
        }
        if (key != null && !key.equals(row.get("original_key"))) {
            throw Problem.invalid("The parameter key does not belong to this upload. Send the key that the creation "
                    + "returned, or leave it out.");
        }
    }

    /**
     * @throws Problem 400 {@code no_such_part} when the upload has no part with the number in the property {@code
     *     part}
     */
    public void checkPart(@ExchangeProperty("upload_row") Map<String, Object> row, Exchange exchange) {
        String text = exchange.getProperty("part", String.class);
        int most = parts(row);
        if (!text.matches("[0-9]{1,9}") || Integer.parseInt(text) < 1 || Integer.parseInt(text) > most) {
            throw noSuchPart(text, most);
        }
        exchange.setProperty("part", Integer.valueOf(text));
    }

    private static Problem noSuchPart(Object number, int most) {
        return new Problem(
                400,
                "no_such_part",
                "The upload has " + (most == 1 ? "part 1 only" : "parts 1 to " + most) + ", and no part "
                        + InputText.shown(String.valueOf(number)) + ".");
    }

    /**
     * Composes the answer with the address of a part.
     *
     * @param touched null when the upload has ended in the meantime
     * @throws Problem 409 {@code upload_complete} when everything has arrived
     */
    public void signPart(
            @Body Object touched, @ExchangeProperty("upload_row") Map<String, Object> row, Exchange exchange) {
        checkTouched(touched);
        int number = exchange.getProperty("part", Integer.class);
        int bytes = bytesOf(number, row);
        Map<String, Object> document =
                signed(links.part((String) row.get("original_key"), (String) row.get("multipart_id"), number, bytes));
        document.put("bytes", bytes);
        answer(exchange, document);
    }

    /** Composes the list of the parts that S3 has. */
    @StepOnly
    public void list(@ExchangeProperty("upload_row") Map<String, Object> row, Exchange exchange) {
        answer(
                exchange,
                stored(row).stream()
                        .map(part -> {
                            Map<String, Object> shown = new LinkedHashMap<>();
                            shown.put("PartNumber", part.number());
                            shown.put("Size", part.bytes());
                            shown.put("ETag", part.etag());
                            return shown;
                        })
                        .toList());
    }

    private List<PartStore.Part> stored(Map<String, Object> row) {
        return store.parts((String) row.get("original_key"), (String) row.get("multipart_id"));
    }

    /**
     * Compares the parts that the client reports with those in S3, and stores them as the property {@code verified}.
     *
     * @throws Problem 400 {@code parts_out_of_order} or {@code no_such_part}; 409 {@code parts_missing}, {@code part_mismatch}
     *     or {@code size_mismatch}
     */
    @StepOnly
    public void verify(@ExchangeProperty("upload_row") Map<String, Object> row, Exchange exchange)
            throws JsonProcessingException {
        Map<Integer, String> claimed = claimed(exchange.getProperty("claimed", String.class), parts(row));
        Map<Integer, PartStore.Part> stored =
                stored(row).stream().collect(Collectors.toMap(PartStore.Part::number, Function.identity()));
        List<Integer> missing = IntStream.rangeClosed(1, parts(row))
                .filter(number -> !claimed.containsKey(number) || !stored.containsKey(number))
                .boxed()
                .toList();
        if (!missing.isEmpty()) {
            throw new Problem(
                    CONFLICT,
                    "parts_missing",
                    "Of the upload's " + parts(row) + " parts, " + missing.size()
                            + " are missing in the request or in S3: " + named(missing)
                            + ". Send them, and complete the upload with all of them.");
        }
        List<PartStore.Part> verified = new ArrayList<>();
        claimed.forEach((number, tag) -> verified.add(verified(stored.get(number), tag, row)));
        exchange.setProperty("verified", Map.of("parts", verified));
    }

    private Map<Integer, String> claimed(String body, int most) throws JsonProcessingException {
        Map<Integer, String> claimed = new LinkedHashMap<>();
        int before = 0;
        for (JsonNode part : json.readTree(body).path("parts")) {
            int number = part.path("PartNumber").asInt();
            if (number <= before) {
                throw new Problem(
                        400,
                        "parts_out_of_order",
                        "In the list of parts, part " + number + " follows part " + before
                                + ". List each part once, in ascending order.");
            }
            if (number > most) {
                throw noSuchPart(number, most);
            }
            claimed.put(number, part.path("ETag").asText());
            before = number;
        }
        return claimed;
    }

    private static String named(List<Integer> numbers) {
        String named = numbers.stream().limit(NAMED).map(String::valueOf).collect(Collectors.joining(", "));
        return numbers.size() > NAMED ? named + " and others" : named;
    }

    private static PartStore.Part verified(PartStore.Part part, String tag, Map<String, Object> row) {
        if (!unquoted(part.etag()).equals(unquoted(tag))) {
            throw new Problem(
                    CONFLICT,
                    "part_mismatch",
                    "Part " + part.number()
                            + " has another ETag in S3 than in the request. Send the ETag that S3 returned for this "
                            + "part, or send the part again.");
        }
        int bytes = bytesOf(part.number(), row);
        if (part.bytes() != bytes) {
            throw new Problem(
                    CONFLICT,
                    "size_mismatch",
                    "Part " + part.number() + " has " + part.bytes() + " bytes, and must have " + bytes
                            + ". Send the part again.");
        }
        return part;
    }

    private static String unquoted(String tag) {
        return tag.replaceAll("^\"|\"$", "");
    }

    /**
     * Searches the file of a PUT in S3, and sets the properties {@code whole_arrived} and {@code verified}.
     *
     * @param row with {@code original_key}
     */
    @StepOnly
    public void lookForWhole(@Body Map<String, Object> row, Exchange exchange) {
        exchange.setProperty("whole_arrived", store.size((String) row.get("original_key")) != null);
        exchange.setProperty("verified", Map.of("parts", List.of()));
    }

    /**
     * Completes the multipart upload, unless the original exists, and inspects the original. If it cannot be a video,
     * the property {@code refusal} has the reason.
     *
     * @param parts by their numbers; empty when the file came by one PUT
     * @param upload the row, with {@code original_key}, {@code original_bytes} and {@code multipart_id}
     * @throws IOException when the original cannot be read
     */
    @StepOnly
    public void complete(
            @Body List<Map<String, Object>> parts,
            @ExchangeProperty("upload") Map<String, Object> upload,
            Exchange exchange)
            throws IOException {
        String key = (String) upload.get("original_key");
        try {
            if (!parts.isEmpty() && !store.completeDirect(key, (String) upload.get("multipart_id"), listed(parts))) {
                throw new Problem(
                        CONFLICT,
                        "part_mismatch",
                        "A part was sent again after the upload was completed. The upload was removed; create "
                                + "another one.");
            }
            Long bytes = store.size(key);
            if (!upload.get("original_bytes").equals(bytes)) {
                throw new Problem(
                        CONFLICT,
                        "size_mismatch",
                        "The file in S3 has " + bytes + " bytes, and " + upload.get("original_bytes")
                                + " were announced. The upload was removed; create another one.");
            }
            VideoCheck.checkContent(store.first(key, Signatures.BYTES));
        } catch (Problem refusal) {
            exchange.setProperty("refusal", refusal);
        }
    }

    private static List<PartStore.Part> listed(List<Map<String, Object>> parts) {
        return parts.stream()
                .map(part -> new PartStore.Part(
                        (Integer) part.get("number"), (Integer) part.get("bytes"), (String) part.get("etag"), null))
                .toList();
    }

    /** Throws the property {@code refusal}, if there is one. */
    public void checkRefusal(@ExchangeProperty("refusal") Problem refusal) {
        if (refusal != null) {
            throw refusal;
        }
    }

    /**
     * Composes the answer to a completion.
     *
     * @throws Problem the property {@code refusal}; 409 {@code completion_in_progress} while another request
     *     completes the upload
     */
    public void answerCompleted(@ExchangeProperty("upload_row") Map<String, Object> row, Exchange exchange) {
        checkRefusal(exchange.getProperty("refusal", Problem.class));
        if (!"accepted".equals(row.get("ended"))) {
            throw new Problem(
                    CONFLICT,
                    "completion_in_progress",
                    "Another request is completing the upload. Try again in a moment.",
                    RETRY_SECONDS);
        }
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("location", "/api/videos/" + row.get("video_id"));
        document.put("key", row.get("original_key"));
        document.put("video_id", row.get("video_id"));
        answer(exchange, document);
    }
}
