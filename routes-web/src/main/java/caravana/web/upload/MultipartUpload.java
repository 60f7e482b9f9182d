package caravana.web.upload;

import caravana.web.http.Problem;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.camel.Exchange;
import org.springframework.stereotype.Component;

/**
 * Reads a {@code multipart/form-data} upload field by field, in whatever order they come, and stores the file while it
 * arrives.
 */
@Component("multipartUpload")
public class MultipartUpload {

    private static final int FIELD_BYTES = 16 * 1024;

    private final ObjectWriter objects;
    private final UploadRules rules;
    private final UploadProperties limits;

    MultipartUpload(ObjectWriter objects, UploadRules rules, UploadProperties limits) {
        this.objects = objects;
        this.rules = rules;
        this.limits = limits;
    }

    /** @throws Problem 415 {@code not_multipart} when the request is no form */
    public void checkType(Exchange exchange) {
        String type = exchange.getMessage().getHeader(Exchange.CONTENT_TYPE, String.class);
        if (type == null || !type.startsWith("multipart/form-data")) {
            throw new Problem(415, "not_multipart", "Send the form as multipart/form-data with the field video_file.");
        }
    }

    /**
     * Stores {@code video_file}, or only counts it when the upload is one that we have.
     *
     * @return {@code title}, {@code original_name}, {@code original_bytes} and {@code transformations} (a JSON array)
     * @throws Problem 400, 408 or 413 when the upload is not as the contract says
     * @throws IOException when the client went away
     */
    public Map<String, Object> receive(Exchange exchange) throws IOException {
        InputStream in = new TimedStream(exchange.getMessage().getBody(InputStream.class), limits);
        String type = exchange.getMessage().getHeader(Exchange.CONTENT_TYPE, String.class);
        Opening opening = Opening.of(exchange);
        Map<String, Object> upload = new LinkedHashMap<>();
        FormReader form = new FormReader(in, type);
        while (form.next()) {
            readField(form, opening, upload);
        }
        if (!(upload.get("original_bytes") instanceof Long bytes)) {
            throw new Problem(400, "file_required", "Send the video in the field video_file.");
        }
        UploadRules.checkNotEmpty(bytes);
        upload.put("title", rules.title((String) upload.get("title")));
        upload.put("transformations", rules.transformations((String) upload.get("transformations")));
        return upload;
    }

    private void readField(FormReader field, Opening opening, Map<String, Object> upload) throws IOException {
        switch (String.valueOf(field.name())) {
            case "video_file" -> {
                if (upload.containsKey("original_bytes")) {
                    throw new Problem(400, "too_many_files", "Send one video_file per upload.");
                }
                upload.put("original_bytes", objects.take(field.content(), opening));
                upload.put("original_name", printable(field.fileName()));
            }
            case "title" -> upload.put("title", text(field));
            case "transformaciones" -> upload.merge("transformations", text(field), (some, more) -> some + "," + more);
            default -> {
                // A browser's form may hold more than we ask for.
            }
        }
    }

    /** A file's name is data, and nothing but shown again. */
    private static String printable(String name) {
        return name == null ? null : name.replaceAll("\\p{Cntrl}", "");
    }

    private static String text(FormReader field) throws IOException {
        byte[] bytes = field.content().readNBytes(FIELD_BYTES + 1);
        if (bytes.length > FIELD_BYTES) {
            throw new Problem(400, "field_too_long", "The field " + field.name() + " is too long.");
        }
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
