package caravana.web.http;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;

/** Describes why a text is not the JSON that is needed, in own words: those of the parser are about its settings. */
public final class JsonMistake {

    private JsonMistake() {}

    /** The end of a sentence whose subject is the text, and what to do. It repeats no value. */
    public static String of(JsonProcessingException malformed) {
        if (malformed instanceof StreamConstraintsException) {
            return "is nested too deeply, or has a name or a number of more than 1,000 characters. Send less.";
        }
        if (malformed.getOriginalMessage().startsWith("Duplicate field")) {
            return "has the name " + nameIn(malformed) + " more than once. Send each name once.";
        }
        JsonLocation at = malformed.getLocation();
        if (at == null) {
            return "has a number with too large an exponent. Send a smaller number.";
        }
        return "is not valid JSON at line " + at.getLineNr() + ", column " + at.getColumnNr()
                + ". Check quotes, commas, brackets and numbers; nothing may follow the last bracket.";
    }

    private static String nameIn(JsonProcessingException malformed) {
        return malformed.getProcessor() instanceof JsonParser parser
                ? InputText.shown(String.valueOf(parser.getParsingContext().getCurrentName()))
                : "of a field";
    }
}
