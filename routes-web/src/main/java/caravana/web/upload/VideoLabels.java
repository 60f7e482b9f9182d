package caravana.web.upload;

import caravana.web.http.InputText;
import caravana.web.http.JsonMistake;
import caravana.web.http.Problem;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.DecimalNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import org.apache.camel.Message;

/**
 * What a client stores with a video for its own use: a reference, which is the video's name in the client's system, and
 * metadata, a JSON object. Neither affects the processing.
 */
public final class VideoLabels {

    /** The field, parameter and column with the reference. */
    public static final String REFERENCE = "reference";

    /** The field or parameter with the metadata. */
    public static final String METADATA = "metadata";

    /** The longest metadata in bytes, without white space between its values. */
    public static final int METADATA_BYTES = 2048;

    /**
     * The column with the metadata. Its name differs from the field's, because {@code metadata} is also a header of
     * tus.
     */
    static final String COLUMN = "video_metadata";

    /** The deepest nesting of objects and lists. */
    static final int MOST_DEPTH = 32;

    /** The most digits of a number, before and after the decimal point. Every JSON reader keeps that many. */
    private static final int MOST_DIGITS = 15;

    private static final String INVALID = "metadata_invalid";

    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(StreamWriteFeature.WRITE_BIGDECIMAL_AS_PLAIN)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    private VideoLabels() {}

    /**
     * Reads a request's body that may have metadata, and keeps its numbers exactly as they were sent.
     *
     * @param request that matches the contract
     */
    public static JsonNode body(Message request) throws JsonProcessingException {
        return JSON.readTree(request.getBody(String.class));
    }

    /**
     * Checks reference and metadata of an upload, and puts them into its columns.
     *
     * @throws Problem 400 as {@link #reference} and {@link #metadata(String)}
     */
    static void put(Map<String, String> texts, Map<String, Object> columns) {
        columns.put(REFERENCE, reference(texts.get(REFERENCE)));
        columns.put(COLUMN, metadata(texts.get(METADATA)));
    }

    /** Returns whether two uploads have the same metadata, however it is written. */
    static boolean haveSameMetadata(Map<?, ?> one, Map<?, ?> other) {
        return Objects.equals(stored((String) one.get(COLUMN)), stored((String) other.get(COLUMN)));
    }

    /**
     * Returns the reference without the white space around it.
     *
     * @param text null for none
     * @throws Problem 400 {@code reference_invalid}
     */
    public static String reference(String text) {
        if (text != null && !UploadRules.isTitle(text)) {
            throw new Problem(
                    400,
                    "reference_invalid",
                    "Send a reference of 1 to " + UploadRules.TITLE_LENGTH
                            + " characters, at least one of them visible and none of them a control character, or none.");
        }
        return text == null ? null : text.strip();
    }

    /**
     * Returns the metadata as the row stores it.
     *
     * @param text a JSON object; null for none
     * @throws Problem 400 {@code metadata_invalid}
     */
    static String metadata(String text) {
        return text == null ? null : metadata(parsed(text));
    }

    /**
     * Returns the metadata as the row stores it.
     *
     * @param value null or JSON null for none
     * @throws Problem 400 {@code metadata_invalid} when it is not an object, too long, or contains something that
     *     cannot be stored
     */
    public static String metadata(JsonNode value) {
        if (value == null || value.isNull()) {
            return null;
        }
        if (!value.isObject()) {
            throw invalid("is not an object. Send one in braces");
        }
        String kept = written(plain(value, 1));
        int bytes = kept.getBytes(StandardCharsets.UTF_8).length;
        if (bytes > METADATA_BYTES) {
            throw invalid("has " + bytes + " bytes. Send at most " + METADATA_BYTES);
        }
        return kept;
    }

    /**
     * Applies a JSON merge patch (RFC 7396) to a row's metadata.
     *
     * @param stored as the row stores it; null for none
     * @param patch null or JSON null to remove all
     * @return as {@link #metadata(JsonNode)}
     * @throws Problem 400 {@code metadata_invalid}
     */
    public static String merged(String stored, JsonNode patch) {
        return metadata(merged(stored(stored), patch));
    }

    private static JsonNode merged(JsonNode target, JsonNode patch) {
        if (!patch.isObject()) {
            return patch;
        }
        ObjectNode result = target != null && target.isObject() ? target.deepCopy() : JSON.createObjectNode();
        patch.properties().forEach(field -> {
            if (field.getValue().isNull()) {
                result.remove(field.getKey());
            } else {
                result.set(field.getKey(), merged(result.get(field.getKey()), field.getValue()));
            }
        });
        return result;
    }

    private static JsonNode parsed(String text) {
        JsonNode value;
        try {
            value = JSON.readTree(text);
        } catch (JsonProcessingException malformed) {
            throw new Problem(400, INVALID, "The field metadata " + JsonMistake.of(malformed));
        } catch (NumberFormatException exponent) {
            // Jackson does not catch BigDecimal's exception about an exponent of more than ten digits.
            throw longNumber();
        }
        if (!value.isObject()) {
            throw invalid("is not an object. Send one in braces");
        }
        return value;
    }

    private static JsonNode stored(String text) {
        try {
            return text == null ? null : JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String written(JsonNode value) {
        try {
            return JSON.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Returns the value with numbers and texts that the database stores unchanged. */
    private static JsonNode plain(JsonNode value, int depth) {
        if (value.isContainerNode() && depth > MOST_DEPTH) {
            throw invalid("is nested deeper than " + MOST_DEPTH + " objects and lists. Send it flatter");
        }
        if (value.isObject()) {
            ObjectNode object = JSON.createObjectNode();
            value.properties().forEach(field -> {
                InputText.check(METADATA, field.getKey());
                object.set(field.getKey(), plain(field.getValue(), depth + 1));
            });
            return object;
        }
        if (value.isArray()) {
            ArrayNode array = JSON.createArrayNode();
            value.forEach(item -> array.add(plain(item, depth + 1)));
            return array;
        }
        if (value.isTextual()) {
            InputText.check(METADATA, value.textValue());
        }
        return value.isNumber() ? plain(value.decimalValue()) : value;
    }

    private static JsonNode plain(BigDecimal number) {
        BigDecimal stripped = number.stripTrailingZeros();
        if (stripped.precision() > MOST_DIGITS
                || stripped.scale() > MOST_DIGITS
                || (long) stripped.precision() - stripped.scale() > MOST_DIGITS) {
            throw longNumber();
        }
        return DecimalNode.valueOf(stripped.scale() < 0 ? stripped.setScale(0) : stripped);
    }

    private static Problem longNumber() {
        return invalid("has a number with more than " + MOST_DIGITS + " digits. Send it as a text");
    }

    private static Problem invalid(String what) {
        return new Problem(400, INVALID, "The field metadata " + what + ".");
    }
}
