package caravana.web.contract;

import caravana.web.http.InputText;
import caravana.web.http.JsonMistake;
import caravana.web.http.Problem;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Parses a JSON body (RFC 8259) strictly: UTF-8 only, no duplicate field, nothing after the value. */
final class JsonBody {

    /**
     * The deepest nesting of a body, more than any body of the contract needs. Parts of a body are stored and put into
     * answers, which nest deeper.
     */
    private static final int MOST_DEPTH = 100;

    private static final ObjectMapper STRICT = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(MOST_DEPTH)
                            .build())
                    .build())
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            // As a double, a large number would become the text "Infinity".
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    private JsonBody() {}

    /**
     * @throws Problem 400 {@code invalid_request} when the body is not valid JSON; it names the field if that is
     *     known
     */
    static JsonNode read(byte[] body) {
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(body))
                    .toString();
            return STRICT.readTree(text);
        } catch (NumberFormatException exponent) {
            // Jackson does not catch BigDecimal's exception about an exponent of more than ten digits.
            throw Problem.invalid(
                    "The body has a number with too large an exponent. Send a smaller number, or a text.");
        } catch (CharacterCodingException malformed) {
            throw Problem.invalid("The text of " + whereMalformed(body) + " is not valid UTF-8. Send it as UTF-8.");
        } catch (JsonProcessingException malformed) {
            throw Problem.invalid("The body " + JsonMistake.of(malformed));
        }
    }

    /** Returns the field at which the parser stopped because it could not decode the text. */
    private static String whereMalformed(byte[] body) {
        try {
            STRICT.readTree(body);
        } catch (JsonProcessingException malformed) {
            String where = JsonMistake.fieldIn(malformed);
            return where.isEmpty() ? "the body" : where;
        } catch (NumberFormatException exponent) {
            return "the body";
        } catch (IOException impossible) {
            throw new IllegalStateException(impossible);
        }
        return "the body";
    }

    /**
     * Checks all texts in a JSON value.
     *
     * @param name of the value, for the refusal
     * @throws Problem 400 {@code invalid_request}, see {@link InputText#check}
     */
    static void checkTexts(String name, JsonNode json) {
        if (json.isTextual()) {
            InputText.check(name, json.textValue());
        } else if (json.isObject()) {
            json.properties().forEach(field -> checkTexts(field.getKey(), field.getValue()));
        } else {
            json.elements().forEachRemaining(element -> checkTexts(name, element));
        }
    }
}
