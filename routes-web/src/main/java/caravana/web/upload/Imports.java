package caravana.web.upload;

import caravana.web.http.Problem;
import caravana.web.outbound.NamedAddress;
import caravana.web.secret.SecretBox;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.NullNode;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.springframework.stereotype.Component;

/** Requests for imports, and their state, as accounts see them. */
@Component("imports")
public class Imports {

    /** The purpose for which {@link SecretBox} encrypts the headers of the requests. */
    static final String PURPOSE = "headers of an import";

    private static final String URL = "url";
    private static final String HEADERS = "headers";
    private static final String UPLOAD = "upload";

    private static final int CONFLICT = 409;

    private final NamedAddress address;
    private final AnnouncedUpload announcedUpload;
    private final SecretBox box;
    private final ObjectMapper json;

    Imports(NamedAddress address, AnnouncedUpload announcedUpload, SecretBox box, ObjectMapper json) {
        this.address = address;
        this.announcedUpload = announcedUpload;
        this.box = box;
        this.json = json;
    }

    /**
     * Reads a new import, for {@code open-upload.sql}.
     *
     * @return {@code url}, {@code headers} (encrypted, null for none), and {@code upload}: the columns of the
     *     video's row
     * @throws Problem 400 as {@link NamedAddress#checked}, or as for another upload; 415 {@code not_a_video}; 503
     *     when there are headers and no key to encrypt them
     */
    public Map<String, Object> read(Exchange exchange) throws JsonProcessingException {
        JsonNode body = VideoLabels.body(exchange.getMessage());
        Map<String, String> texts = new LinkedHashMap<>();
        body.properties().forEach(field -> {
            JsonNode value = field.getValue();
            if (!value.isNull()) {
                texts.put(field.getKey(), value.isValueNode() ? value.asText() : value.toString());
            }
        });
        String url = address.checked(texts.get(URL));
        String name = fileName(url);
        Map<String, Object> order = new LinkedHashMap<>();
        order.put(URL, url);
        order.put(HEADERS, body.path(HEADERS).isEmpty() ? null : sealed(body.path(HEADERS)));
        order.put(UPLOAD, announcedUpload.columns(null, name, "", titled(texts, name), exchange));
        return order;
    }

    /** Returns the last part of the path; empty for none. */
    private static String fileName(String url) {
        String path = URI.create(url).getPath();
        return path == null ? "" : path.substring(path.lastIndexOf('/') + 1);
    }

    /** Adds a title. If the address has no file name, the title is its host. */
    private static Map<String, String> titled(Map<String, String> texts, String name) {
        if (!texts.containsKey("title") && name.isBlank()) {
            texts.put("title", URI.create(texts.get(URL)).getHost());
        }
        return texts;
    }

    private String sealed(JsonNode headers) {
        if (!box.hasKey()) {
            throw new Problem(
                    503,
                    "unavailable",
                    "This server cannot store the headers of imports: its operator must set " + "CARAVANA_SECRET_KEY.");
        }
        return box.seal(PURPOSE, headers.toString().getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Returns the id of the new import, or of the first one with the same {@code Idempotency-Key}. Sets the property
     * {@code import_repeated}.
     *
     * @throws Problem 403, 409 or 429 as {@link Opening#of}
     */
    public String opened(Exchange exchange) {
        Map<?, ?> row = exchange.getVariable("opening", Map.class);
        boolean repeated = row != null && List.of("running", "done").contains(row.get("outcome"));
        if (!repeated) {
            Opening.of(exchange);
        }
        exchange.setProperty("import_repeated", repeated);
        return repeated ? (String) row.get("video_id") : exchange.getProperty("video_id", String.class);
    }

    /**
     * Composes the answer with the new or repeated import.
     *
     * @param row null when the first request with its {@code Idempotency-Key} was not an import
     * @throws Problem 409 {@code idempotency_mismatch} when the first request differed
     */
    public Map<String, Object> created(
            @Body Map<String, Object> row, @ExchangeProperty("ordered_import") Map<String, Object> order)
            throws JsonProcessingException {
        RepeatedUpload.requireWay(row != null);
        RepeatedUpload.require(row.get(URL).equals(order.get(URL)), "another " + URL);
        RepeatedUpload.check(
                json.readValue((String) row.get(UPLOAD), new TypeReference<Map<String, Object>>() {}),
                (Map<?, ?>) order.get(UPLOAD));
        // Those of an import that has ended are not kept.
        if (row.get("ended_at") == null) {
            RepeatedUpload.require(
                    unsealed((String) row.get(HEADERS)).equals(unsealed((String) order.get(HEADERS))),
                    "other " + HEADERS);
        }
        return show(row);
    }

    private JsonNode unsealed(String sealed) throws JsonProcessingException {
        return sealed == null
                ? NullNode.getInstance()
                : json.readTree(new String(box.open(PURPOSE, sealed), StandardCharsets.UTF_8));
    }

    /**
     * Composes the answer with one import.
     *
     * @param row of {@code find-import.sql}
     * @throws Problem 404 {@code not_found}
     */
    public Map<String, Object> show(@Body Map<String, Object> row) {
        checkFound(row);
        Map<String, Object> shown = new LinkedHashMap<>(row);
        shown.keySet().removeAll(List.of("import_state", UPLOAD, HEADERS));
        shown.put("state", row.get("import_state"));
        return shown;
    }

    private static void checkFound(Object row) {
        if (row == null) {
            throw new Problem(404, "not_found", "The account has no import of this id.");
        }
    }

    /** @throws Problem always: 404 {@code not_found} or 409 {@code import_ended} */
    public void notCancellable(@Body Map<String, Object> row) {
        checkFound(row);
        throw new Problem(
                CONFLICT, "import_ended", "The import has ended. If it has become a video, delete the video instead.");
    }
}
