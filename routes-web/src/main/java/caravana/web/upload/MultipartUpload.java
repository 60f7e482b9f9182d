package caravana.web.upload;

import caravana.transformation.ImpossibleCombinationException;
import caravana.transformation.TransformationCatalogue;
import caravana.transformation.UnknownTransformationException;
import caravana.web.http.Problem;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.camel.Body;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Header;
import org.apache.commons.fileupload2.core.AbstractRequestContext;
import org.apache.commons.fileupload2.core.FileItemInput;
import org.apache.commons.fileupload2.core.FileItemInputIterator;
import org.apache.commons.fileupload2.core.FileUploadException;
import org.apache.commons.fileupload2.jakarta.servlet6.JakartaServletDiskFileUpload;
import org.springframework.stereotype.Component;

/**
 * Reads a {@code multipart/form-data} upload field by field, in whatever order they come, and stores the file while it
 * arrives.
 */
@Component("multipartUpload")
public class MultipartUpload {

    private static final int FIELD_BYTES = 16 * 1024;
    private static final int TITLE_LENGTH = 200;

    private final ObjectWriter objects;
    private final TransformationCatalogue catalogue;
    private final ObjectMapper json;

    MultipartUpload(ObjectWriter objects, TransformationCatalogue catalogue, ObjectMapper json) {
        this.objects = objects;
        this.catalogue = catalogue;
        this.json = json;
    }

    /**
     * Stores {@code video_file} under the given key.
     *
     * @return {@code title}, {@code original_name}, {@code original_bytes} and {@code transformations} (a JSON array)
     * @throws Problem 400 or 413 when the upload is not as the contract says
     * @throws IOException when the client went away
     */
    public Map<String, Object> receive(
            @Body InputStream in,
            @Header("Content-Type") String contentType,
            @ExchangeProperty("original_key") String key)
            throws IOException {
        if (contentType == null || !contentType.startsWith("multipart/form-data")) {
            throw new Problem(415, "not_multipart", "Send the form as multipart/form-data with the field video_file.");
        }
        Map<String, Object> upload = new LinkedHashMap<>();
        List<String> names = new ArrayList<>();
        try {
            FileItemInputIterator fields = parser().getItemIterator(new StreamContext(in, contentType));
            while (fields.hasNext()) {
                readField(fields.next(), key, upload, names);
            }
        } catch (FileUploadException notAForm) {
            throw new Problem(400, "malformed_form", "The form cannot be read as multipart/form-data.");
        }
        return checked(upload, names);
    }

    private void readField(FileItemInput field, String key, Map<String, Object> upload, List<String> names)
            throws IOException {
        switch (String.valueOf(field.getFieldName())) {
            case "video_file" -> {
                if (upload.containsKey("original_bytes")) {
                    throw new Problem(400, "too_many_files", "Send one video_file per upload.");
                }
                upload.put("original_bytes", objects.write(field.getInputStream(), key, "application/octet-stream"));
                upload.put("original_name", field.getName());
            }
            case "title" -> upload.put("title", text(field).strip());
            case "transformaciones" ->
                names.addAll(Arrays.stream(text(field).split(","))
                        .map(String::strip)
                        .filter(name -> !name.isEmpty())
                        .toList());
            default -> {
                // A browser's form may hold more than we ask for.
            }
        }
    }

    private Map<String, Object> checked(Map<String, Object> upload, List<String> names) throws JsonProcessingException {
        if (!(upload.get("original_bytes") instanceof Long bytes)) {
            throw new Problem(400, "file_required", "Send the video in the field video_file.");
        }
        if (bytes == 0) {
            throw new Problem(400, "file_empty", "The file is empty; send a video.");
        }
        String title = (String) upload.get("title");
        if (title == null || title.isEmpty() || title.length() > TITLE_LENGTH) {
            throw new Problem(400, "title_invalid", "Send a title of 1 to " + TITLE_LENGTH + " characters.");
        }
        List<String> chosen = names.isEmpty() ? catalogue.defaultSet() : names;
        try {
            catalogue.resolve(chosen);
        } catch (UnknownTransformationException e) {
            throw new Problem(400, "unknown_transformation", e.getMessage());
        } catch (ImpossibleCombinationException e) {
            throw new Problem(400, "impossible_combination", e.getMessage());
        }
        upload.put(
                "transformations",
                json.writeValueAsString(chosen.stream().distinct().toList()));
        return upload;
    }

    private static String text(FileItemInput field) throws IOException {
        byte[] bytes = field.getInputStream().readNBytes(FIELD_BYTES + 1);
        if (bytes.length > FIELD_BYTES) {
            throw new Problem(400, "field_too_long", "The field " + field.getFieldName() + " is too long.");
        }
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static JakartaServletDiskFileUpload parser() {
        // Only its iterator is used: nothing is ever written to disk.
        return new JakartaServletDiskFileUpload();
    }

    /** What the parser needs to know of a request. */
    private static final class StreamContext extends AbstractRequestContext<InputStream> {

        private final InputStream in;
        private final String contentType;

        StreamContext(InputStream in, String contentType) {
            super(name -> null, () -> -1L, in);
            this.in = in;
            this.contentType = contentType;
        }

        @Override
        public String getCharacterEncoding() {
            return StandardCharsets.UTF_8.name();
        }

        @Override
        public String getContentType() {
            return contentType;
        }

        @Override
        public InputStream getInputStream() {
            return in;
        }
    }
}
