package caravana.web.upload;

import caravana.checks.StepOnly;
import caravana.web.http.MediaTypes;
import caravana.web.http.Problem;
import caravana.web.http.QueryString;
import java.io.IOException;
import java.io.InputStream;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.springframework.stereotype.Component;

/** Stores a video that is the whole body of the request, while it arrives. */
@Component("rawUpload")
public class RawUpload {

    private final ObjectWriter objects;
    private final UploadRules rules;
    private final TransformationRules transformations;
    private final UploadProperties limits;

    RawUpload(ObjectWriter objects, UploadRules rules, TransformationRules transformations, UploadProperties limits) {
        this.objects = objects;
        this.rules = rules;
        this.transformations = transformations;
        this.limits = limits;
    }

    /**
     * Reads and validates the query parameters of the upload, before its body.
     *
     * @return {@code title}, and {@code transformations} and {@code transformation_parameters} as the row stores
     *     them
     * @throws Problem 400, 413 or 415 when the upload does not match the contract
     */
    public Map<String, Object> announced(Exchange exchange) {
        Message in = exchange.getMessage();
        checkType(in.getHeader(Exchange.CONTENT_TYPE, String.class));
        String length = in.getHeader(Exchange.CONTENT_LENGTH, String.class);
        if (length != null) {
            UploadRules.checkNotEmpty(Long.parseLong(length));
            objects.checkSize(Long.parseLong(length));
        }
        Map<String, String> address = QueryString.of(in);
        Map<String, Object> upload = new LinkedHashMap<>();
        upload.put("title", rules.title(address.get("title")));
        transformations.recipe(address, exchange).putInto(upload);
        upload.put("original_name", null);
        upload.put(
                OriginalChecksum.COLUMN,
                OriginalChecksum.of(address.get(OriginalChecksum.FIELD)).announced());
        VideoLabels.put(address, upload);
        upload.put(Priority.COLUMN, Priority.of(address.get(Priority.FIELD), exchange));
        return upload;
    }

    private static void checkType(String type) {
        String essence = MediaTypes.essence(type);
        if (essence.startsWith("multipart/")) {
            throw new Problem(
                    415,
                    "unsupported_media_type",
                    "The body is a form. Send forms to /api/videos/upload, and the video itself here.");
        }
        if (essence.equals("application/x-www-form-urlencoded")) {
            throw new Problem(
                    415,
                    "unsupported_media_type",
                    "The media type application/x-www-form-urlencoded is for forms, and is the default of "
                            + "some clients. Send the video's own media type, such as Content-Type: video/mp4.");
        }
        VideoCheck.checkType(type);
    }

    /**
     * Stores the body, or only counts its bytes if the upload repeats an earlier one. Adds {@code original_bytes} to
     * the exchange property {@code upload}.
     *
     * @throws Problem 400, 408 or 413 when the upload does not match the contract
     * @throws IOException when the client has disconnected
     */
    @StepOnly
    public void receive(Exchange exchange) throws IOException {
        InputStream in = new TimedStream(exchange.getMessage().getBody(InputStream.class), limits);
        Map<String, Object> upload = new LinkedHashMap<>();
        Map<?, ?> announced = exchange.getProperty("upload", Map.class);
        announced.forEach((field, value) -> upload.put(String.valueOf(field), value));
        OriginalChecksum sum = OriginalChecksum.of((String) upload.get(OriginalChecksum.COLUMN));
        long bytes = objects.take(sum.watched(in), Opening.of(exchange));
        UploadRules.checkNotEmpty(bytes);
        sum.check();
        upload.put("original_bytes", bytes);
        exchange.setProperty("upload", upload);
    }
}
