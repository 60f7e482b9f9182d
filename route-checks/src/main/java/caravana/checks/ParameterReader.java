package caravana.checks;

import caravana.checks.TransformationEntry.Parameter;
import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;

/** Parses the parameters of a transformation in a request or a preset, by their schema in the catalogue. */
public final class ParameterReader {

    /** Of a number, so that what is written into a filter is short and exact. */
    private static final int DECIMALS = 6;

    private static final Pattern COLOUR = Pattern.compile("#[0-9A-Fa-f]{6}");

    private static final Pattern ASSET =
            Pattern.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}");

    /** What a line of text cannot have: control characters, ends of lines, and marks that turn the direction of what follows. */
    private static final Pattern CONTROL =
            Pattern.compile("[\\p{Cc}\\p{Cs}\\u2028\\u2029\\u200E\\u200F\\u202A-\\u202E\\u2066-\\u2069\\uFEFF]");

    private static final Pattern INVISIBLE = Pattern.compile("[\\p{Z}\\p{Cf}]*");

    /** How what cannot be read is refused. */
    public interface Refusals {

        /** One is given that the transformation does not have. */
        RuntimeException unknown(TransformationEntry entry, String parameter);

        /**
         * One has a value that it does not take, or none.
         *
         * @param value what was given; null when nothing was
         * @param allowed what may be given, as the end of a sentence
         */
        RuntimeException invalid(TransformationEntry entry, Parameter parameter, JsonNode value, String allowed);
    }

    private final TransformationEntry entry;
    private final Refusals refusals;

    private ParameterReader(TransformationEntry entry, Refusals refusals) {
        this.entry = entry;
        this.refusals = refusals;
    }

    /**
     * The values of all parameters, with the defaults of those that are not given: BigDecimal, Boolean or String. Of two that exclude
     * each other, one has a value.
     *
     * @throws RuntimeException of the refusals, about the first parameter that cannot be read
     */
    public static Map<String, Object> read(TransformationEntry entry, Map<String, JsonNode> given, Refusals refusals) {
        for (String name : given.keySet()) {
            if (!entry.parameters().containsKey(name)) {
                throw refusals.unknown(entry, name);
            }
        }
        return new ParameterReader(entry, refusals).values(given);
    }

    private Map<String, Object> values(Map<String, JsonNode> given) {
        Map<String, Object> values = new LinkedHashMap<>();
        for (Parameter parameter : entry.parameters().values()) {
            JsonNode value = given.get(parameter.name());
            Parameter other = replacing(parameter, given);
            if (value != null && other != null) {
                throw refusals.invalid(
                        entry,
                        other,
                        given.get(other.name()),
                        "left out when " + parameter.name() + " is given, since it is given instead of it");
            }
            if (value == null && (other != null || parameter.insteadOf() != null)) {
                continue;
            }
            if (value == null && parameter.isRequired()) {
                throw invalid(parameter, null);
            }
            values.put(parameter.name(), value == null ? parameter.defaultValue() : read(parameter, value));
        }
        for (Parameter parameter : entry.parameters().values()) {
            checkAbove(parameter, values, given);
        }
        return values;
    }

    /** The parameter that is given instead of this one; null for none. */
    private Parameter replacing(Parameter parameter, Map<String, JsonNode> given) {
        return entry.parameters().values().stream()
                .filter(other -> parameter.name().equals(other.insteadOf()) && given.containsKey(other.name()))
                .findFirst()
                .orElse(null);
    }

    private Object read(Parameter parameter, JsonNode value) {
        return switch (parameter.type()) {
            case NUMBER -> number(parameter, value, DECIMALS);
            case INTEGER -> number(parameter, value, 0);
            case BOOLEAN -> {
                require(parameter, value, value.isBoolean());
                yield value.booleanValue();
            }
            case CHOICE -> {
                require(
                        parameter,
                        value,
                        value.isTextual() && parameter.choices().containsKey(value.textValue()));
                yield value.textValue();
            }
            case COLOUR -> {
                require(
                        parameter,
                        value,
                        value.isTextual() && COLOUR.matcher(value.textValue()).matches());
                yield value.textValue();
            }
            case ASSET -> {
                require(
                        parameter,
                        value,
                        value.isTextual() && ASSET.matcher(value.textValue()).matches());
                yield value.textValue();
            }
            case TEXT -> {
                require(parameter, value, value.isTextual() && isText(value.textValue(), parameter.maxLength()));
                yield value.textValue();
            }
        };
    }

    private BigDecimal number(Parameter parameter, JsonNode value, int decimals) {
        require(parameter, value, value.isNumber());
        BigDecimal number = value.decimalValue();
        // The range first: a number of a billion digits may be written in a few.
        boolean fits = number.compareTo(parameter.minimum()) >= 0
                && number.compareTo(parameter.maximum()) <= 0
                && number.stripTrailingZeros().scale() <= decimals;
        require(parameter, value, fits);
        // However it was written, so that the same request is known to be the same.
        return new BigDecimal(number.stripTrailingZeros().toPlainString());
    }

    private static boolean isText(String text, int length) {
        return text.codePointCount(0, text.length()) <= length
                && !CONTROL.matcher(text).find()
                && !INVISIBLE.matcher(text).matches();
    }

    private void checkAbove(Parameter parameter, Map<String, Object> values, Map<String, JsonNode> given) {
        if (parameter.above() == null
                || !values.containsKey(parameter.name())
                || !values.containsKey(parameter.above())) {
            return;
        }
        BigDecimal below = (BigDecimal) values.get(parameter.above());
        if (((BigDecimal) values.get(parameter.name())).compareTo(below) <= 0) {
            throw refusals.invalid(
                    entry,
                    parameter,
                    given.get(parameter.name()),
                    "above " + parameter.above() + ", which is " + below.toPlainString());
        }
    }

    private void require(Parameter parameter, JsonNode value, boolean fits) {
        if (!fits) {
            throw invalid(parameter, value);
        }
    }

    private RuntimeException invalid(Parameter parameter, JsonNode value) {
        String range = parameter.minimum() + " to " + parameter.maximum();
        String allowed =
                switch (parameter.type()) {
                    case NUMBER -> "a number from " + range + ", with " + DECIMALS + " decimals at most";
                    case INTEGER -> "a whole number from " + range;
                    case BOOLEAN -> "true or false";
                    case CHOICE ->
                        "one of " + String.join(", ", parameter.choices().keySet());
                    case COLOUR -> "a colour as #RRGGBB";
                    case ASSET ->
                        "the id of an asset that is " + String.join(" or ", parameter.accepts())
                                + ", as GET /api/assets lists it";
                    case TEXT ->
                        "one line of 1 to " + parameter.maxLength()
                                + " characters, at least one of them visible and none of them a control character";
                };
        return refusals.invalid(entry, parameter, value, allowed);
    }
}
