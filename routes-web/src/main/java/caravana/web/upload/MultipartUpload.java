package caravana.web.upload;

import caravana.checks.StepOnly;
import caravana.web.http.FileName;
import caravana.web.http.InputText;
import caravana.web.http.MediaTypes;
import caravana.web.http.Problem;
import caravana.web.http.UnknownName;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.camel.Exchange;
import org.springframework.stereotype.Component;

/** Reads a {@code multipart/form-data} upload field by field, in any order, and stores the file while it arrives. */
@Component("multipartUpload")
public class MultipartUpload {

    private static final String FILE = "video_file";
    private static final String TITLE = "title";

    private static final int FIELD_BYTES = 16 * 1024;

    /** The bytes of a form besides its file. A longer form cannot be refused before it is read. */
    private static final long FORM_BYTES = 1024 * 1024;

    private final ObjectWriter objects;
    private final UploadRules rules;
    private final TransformationRules transformations;
    private final UploadProperties limits;

    MultipartUpload(
            ObjectWriter objects, UploadRules rules, TransformationRules transformations, UploadProperties limits) {
        this.objects = objects;
        this.rules = rules;
        this.transformations = transformations;
        this.limits = limits;
    }

    /**
     * @throws Problem 415 {@code not_multipart} when the request is not a form; 413 {@code too_large} when its
     *     announced length is too large
     */
    public void checkAnnounced(Exchange exchange) {
        String length = exchange.getMessage().getHeader(Exchange.CONTENT_LENGTH, String.class);
        if (length != null) {
            objects.checkArrived(Long.parseLong(length) - FORM_BYTES);
        }
        String type = exchange.getMessage().getHeader(Exchange.CONTENT_TYPE, String.class);
        if (!MediaTypes.essence(type).equals("multipart/form-data")) {
            throw new Problem(415, "not_multipart", "Send the form as multipart/form-data with the field video_file.");
        }
    }

    /**
     * Stores {@code video_file}, or only counts its bytes if the upload repeats an earlier one. Each field is validated
     * when it arrives, so a mistake before the file is refused before the file is read.
     *
     * <p>The exchange property {@code upload} then has {@code title}, {@code original_name}, {@code original_bytes} and
     * {@code transformations}, {@code transformation_parameters}, {@code announced_sha256}, {@code priority}, {@code
     * reference}, {@code video_metadata} (as the row stores them).
     *
     * @throws Problem 400, 408, 413 or 415 when the upload does not match the contract
     * @throws IOException when the client has disconnected
     */
    @StepOnly
    public void receive(Exchange exchange) throws IOException {
        InputStream in = new TimedStream(exchange.getMessage().getBody(InputStream.class), limits);
        String type = exchange.getMessage().getHeader(Exchange.CONTENT_TYPE, String.class);
        Opening opening = Opening.of(exchange);
        Map<String, Object> upload = new LinkedHashMap<>();
        upload.put(OriginalChecksum.COLUMN, null);
        upload.put(VideoLabels.REFERENCE, null);
        upload.put(VideoLabels.COLUMN, null);
        Map<String, String> asked = new HashMap<>();
        FormReader form = new FormReader(in, type);
        while (form.next()) {
            String name = form.name();
            if (name == null) {
                throw Problem.invalid("A part of the form has no name. Name each part by a field of this call.");
            }
            switch (name) {
                case FILE -> readFile(form, opening, upload);
                case TITLE -> putOnce(upload, TITLE, rules.title(text(form, FIELD_BYTES)), name);
                case VideoLabels.REFERENCE ->
                    putOnce(upload, VideoLabels.REFERENCE, VideoLabels.reference(text(form, FIELD_BYTES)), name);
                case VideoLabels.METADATA ->
                    putOnce(upload, VideoLabels.COLUMN, VideoLabels.metadata(text(form, FIELD_BYTES)), name);
                case OriginalChecksum.FIELD -> readSum(form, upload);
                case TransformationRules.FIELD -> {
                    // A form may have this field several times, once for each ticked box.
                    asked.put(name, joined(asked.get(name), text(form, TransformationRules.JSON_BYTES)));
                    transformations.recipe(asked, exchange);
                }
                case TransformationRules.PRESET -> {
                    if (asked.put(name, text(form, FIELD_BYTES)) != null) {
                        throw Problem.invalid("The field preset appears more than once. Send it once.");
                    }
                    transformations.recipe(asked, exchange);
                }
                case Priority.FIELD -> {
                    if (upload.put(Priority.COLUMN, Priority.of(text(form, FIELD_BYTES), exchange)) != null) {
                        throw Problem.invalid("The field prioridad appears more than once. Send it once.");
                    }
                }
                default ->
                    throw UnknownName.of(
                            "field",
                            name,
                            List.of(
                                    FILE,
                                    TITLE,
                                    TransformationRules.FIELD,
                                    TransformationRules.PRESET,
                                    OriginalChecksum.FIELD,
                                    Priority.FIELD,
                                    VideoLabels.REFERENCE,
                                    VideoLabels.METADATA));
            }
        }
        if (!upload.containsKey("original_bytes")) {
            throw new Problem(400, "file_required", "Send the video in the field video_file.");
        }
        upload.computeIfAbsent(Priority.COLUMN, missing -> Priority.of(null, exchange));
        upload.computeIfAbsent(TITLE, missing -> rules.title(null));
        transformations.recipe(asked, exchange).putInto(upload);
        exchange.setProperty("upload", upload);
    }

    private static void readSum(FormReader field, Map<String, Object> upload) throws IOException {
        if (upload.containsKey("original_bytes")) {
            throw Problem.invalid("The field original_sha256 comes after video_file. Send it before the file.");
        }
        putOnce(
                upload,
                OriginalChecksum.COLUMN,
                OriginalChecksum.of(text(field, FIELD_BYTES).strip()).announced(),
                OriginalChecksum.FIELD);
    }

    private static void putOnce(Map<String, Object> upload, String column, String value, String field) {
        if (upload.put(column, value) != null) {
            throw Problem.invalid("The field " + field + " appears more than once. Send it once.");
        }
    }

    private void readFile(FormReader field, Opening opening, Map<String, Object> upload) throws IOException {
        if (upload.containsKey("original_bytes")) {
            throw new Problem(400, "too_many_files", "Send one video_file per upload.");
        }
        checkEncoding(field.header("Content-Encoding"), List.of("", "identity"));
        checkEncoding(field.header("Content-Transfer-Encoding"), List.of("", "binary", "8bit", "7bit"));
        VideoCheck.checkType(field.contentType());
        VideoCheck.checkName(field.fileName());
        OriginalChecksum sum = OriginalChecksum.of((String) upload.get(OriginalChecksum.COLUMN));
        long bytes = objects.take(sum.watched(field.content()), opening);
        UploadRules.checkNotEmpty(bytes);
        sum.check();
        upload.put("original_bytes", bytes);
        upload.put("original_name", FileName.stored(field.fileName()));
    }

    private static void checkEncoding(String encoding, List<String> plain) {
        if (encoding != null && !plain.contains(encoding.strip().toLowerCase(Locale.ROOT))) {
            throw new Problem(
                    415,
                    "content_encoding_unsupported",
                    "The file in the form has the encoding " + InputText.shown(encoding)
                            + ". Send its bytes as they are.");
        }
    }

    /** Joins the names of transformations, which may come in one field each. */
    private static String joined(String before, String text) {
        if (before != null && (TransformationRules.isJson(before) || TransformationRules.isJson(text.strip()))) {
            throw Problem.invalid("The field transformaciones has JSON and appears more than once. Send it once.");
        }
        return before == null ? text : before + "," + text;
    }

    private static String text(FormReader field, int limit) throws IOException {
        byte[] bytes = field.content().readNBytes(limit + 1);
        if (bytes.length > limit) {
            throw new Problem(
                    400, "field_too_long", "The field " + field.name() + " is longer than " + limit + " bytes.");
        }
        return InputText.decoded(field.name(), bytes);
    }
}
