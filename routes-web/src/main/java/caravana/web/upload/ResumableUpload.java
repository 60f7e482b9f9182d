package caravana.web.upload;

import caravana.checks.StepOnly;
import caravana.web.http.Problem;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import software.amazon.awssdk.core.exception.SdkException;

/**
 * Stores and deletes the bytes of uploads in pieces. Routes decide the order of these steps, and write the row between
 * them. Bytes that the row does not name are ignored, and no two requests write bytes under the same name.
 */
@Component("resumableUpload")
public class ResumableUpload {

    private static final Logger log = LoggerFactory.getLogger(ResumableUpload.class);

    private static final int MOST_PARTS = 10_000;
    private static final int CONFLICT = 409;

    private final PartStore store;
    private final ObjectWriter objects;
    private final UploadProperties limits;

    ResumableUpload(PartStore store, ObjectWriter objects, UploadProperties limits) {
        this.store = store;
        this.objects = objects;
        this.limits = limits;
    }

    /**
     * Returns the prefix of the keys of an upload's tails. The rest of a key is the token of the request that stored
     * the tail.
     */
    private static String tails(String videoId) {
        return "uploads/" + videoId + ".tail/";
    }

    /** Sets the request's body as the property {@code arriving}, with a limit of the time that the client may take. */
    public void open(Exchange exchange) {
        exchange.setProperty("arriving", new TimedStream(exchange.getMessage().getBody(InputStream.class), limits));
    }

    /**
     * Reads until a part is full, the file is complete or the client stops.
     *
     * @throws IOException when the tail of the previous request cannot be read
     */
    @StepOnly
    public void fill(Exchange exchange) throws IOException {
        incoming(exchange).fill(exchange.getProperty("arriving", InputStream.class), store, objects);
    }

    /**
     * Notes the part number that the row has reserved.
     *
     * @param row with {@code part} and {@code multipart_id}; null when another request has taken over the upload
     * @throws Problem 409 {@code superseded}; 413 {@code too_many_parts}
     */
    public void reserved(@Body Map<String, Object> row, @ExchangeProperty("incoming") IncomingUpload incoming) {
        checkCurrent(row);
        int number = (Integer) row.get("part");
        if (number > MOST_PARTS) {
            throw new Problem(
                    413,
                    "too_many_parts",
                    "The upload has been sent in more than " + MOST_PARTS
                            + " parts, including repeated ones. Delete it, and create another one.");
        }
        incoming.reserved(number, (String) row.get("multipart_id"));
    }

    /**
     * @throws Problem 409 {@code superseded} when there is no row, because another request has taken over the
     *     upload
     */
    public void checkCurrent(@Body Object row) {
        if (row == null) {
            throw new Problem(
                    CONFLICT,
                    "superseded",
                    "Another request has taken over this upload, or has ended it. Get its Upload-Offset "
                            + "before you send more.");
        }
    }

    /** Starts a multipart upload, and sets its id as the property {@code multipart_id}. */
    @StepOnly
    public void begin(Exchange exchange) {
        exchange.setProperty("multipart_id", store.create(incoming(exchange).getOriginalKey()));
    }

    /**
     * Notes that the row names the multipart upload, or aborts it when the row cannot name it any more.
     *
     * @throws Problem 409 {@code superseded}
     */
    @StepOnly
    public void begun(Exchange exchange) {
        IncomingUpload incoming = incoming(exchange);
        String multipart = exchange.getProperty("multipart_id", String.class);
        if (exchange.getMessage().getBody() == null) {
            store.abort(incoming.getOriginalKey(), multipart);
        }
        checkCurrent(exchange.getMessage().getBody());
        incoming.reserved(incoming.getPart(), multipart);
    }

    /** Sends the buffer: as a part, or as the original when it is the whole file. */
    @StepOnly
    public void send(@ExchangeProperty("incoming") IncomingUpload incoming) {
        if (incoming.isWhole()) {
            store.put(incoming.getOriginalKey(), incoming.buffer());
            incoming.stored(null);
        } else {
            incoming.stored(store.send(
                    incoming.getOriginalKey(), incoming.getMultipartId(), incoming.getPart(), incoming.buffer()));
        }
    }

    /** Stores the rest that is shorter than a part, so that any web node can continue. */
    @StepOnly
    public void storeTail(@ExchangeProperty("incoming") IncomingUpload incoming) {
        String key = tails(incoming.getVideoId()) + incoming.getToken();
        store.put(key, incoming.buffer());
        incoming.storedTail(key);
    }

    /**
     * Deletes the tail that the row does not name: the previous one, or this request's when another request has taken
     * over.
     *
     * @param row null when another request has taken over the upload
     * @throws Problem 409 {@code superseded}
     */
    @StepOnly
    public void committed(@Body Object row, @ExchangeProperty("incoming") IncomingUpload incoming) {
        String unnamed = row == null ? incoming.getNewTailKey() : incoming.committed();
        if (unnamed != null) {
            try {
                store.delete(unnamed);
            } catch (SdkException e) {
                log.warn("{} is left until its upload ends: {}", unnamed, e.toString());
            }
        }
        checkCurrent(row);
    }

    /** Throws the failure that ended the request early, if there is one. */
    public void end(@ExchangeProperty("incoming") IncomingUpload incoming) throws Exception {
        if (incoming.failure() != null) {
            throw incoming.failure();
        }
    }

    /**
     * Completes the original from its parts. An original that came in one piece is complete already.
     *
     * @param parts by their numbers
     * @param upload the row, with {@code original_key} and {@code multipart_id}
     */
    @StepOnly
    public void complete(
            @Body List<Map<String, Object>> parts, @ExchangeProperty("upload") Map<String, Object> upload) {
        if (!parts.isEmpty()) {
            store.complete(
                    (String) upload.get("original_key"),
                    (String) upload.get("multipart_id"),
                    parts.stream()
                            .map(part -> new PartStore.Part(
                                    (Integer) part.get("number"),
                                    (Integer) part.get("bytes"),
                                    (String) part.get("etag"),
                                    (String) part.get("crc32c")))
                            .toList());
        }
    }

    /** Deletes everything of an upload in S3 except its original. */
    @StepOnly
    public void clean(
            @ExchangeProperty("video_id") String videoId, @ExchangeProperty("original_key") String originalKey) {
        store.removeLeftovers(originalKey, tails(videoId));
    }

    private static IncomingUpload incoming(Exchange exchange) {
        return exchange.getProperty("incoming", IncomingUpload.class);
    }
}
