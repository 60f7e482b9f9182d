package caravana.web.http;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;

/** Describes why a text is not valid JSON, in own words: the parser's are about its settings. */
public final class JsonMistake {

    private JsonMistake() {}

    /**
     * Returns the end of a sentence whose subject is the text, and another one about what to do. It never repeats a value,
     * which may be a password.
     */
    public static String of(JsonProcessingException malformed) {
        if (malformed instanceof StreamConstraintsException) {
            return "is nested too deeply, or has a name or a number of more than 1,000 characters. Send less.";
        }
        String field = fieldIn(malformed);
        if (malformed.getOriginalMessage().startsWith("Duplicate field")) {
            return "has the field " + field + " more than once. Send it once.";
        }
        JsonLocation at = malformed.getLocation();
        if (at == null) {
            return "has a number with too large an exponent. Send a smaller number.";
        }
        return "is not valid JSON at line " + at.getLineNr() + ", column " + at.getColumnNr()
                + (field.isEmpty() ? "" : ", in the field " + field)
                + ". Check quotes, commas, brackets and numbers; nothing may follow the closing bracket.";
    }

    /** Returns the path of the field at which the parser stopped, such as {@code email/a}; empty when it is not known. */
    public static String fieldIn(JsonProcessingException malformed) {
        return malformed.getProcessor() instanceof JsonParser parser
                ? InputText.shown(
                        parser.getParsingContext().pathAsPointer().toString().replaceFirst("^/", ""))
                : "";
    }
}
