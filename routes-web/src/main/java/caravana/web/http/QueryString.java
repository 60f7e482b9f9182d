package caravana.web.http;

import java.io.ByteArrayOutputStream;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.Message;

/**
 * The query parameters of a request. Camel would turn them into message headers, and mix them with the headers of the
 * request.
 */
public final class QueryString {

    private QueryString() {}

    /** Returns the parameters of a request's address, see {@link #parsed}. */
    public static Map<String, String> of(Message in) {
        return parsed(in.getHeader(Exchange.HTTP_QUERY, String.class));
    }

    /**
     * Returns all parameters in their order, decoded (<a
     * href="https://url.spec.whatwg.org/#urlencoded-parsing">application/x-www-form-urlencoded</a>).
     *
     * @param query the query with one character for each byte; null and empty for no parameters
     * @throws Problem 400 {@code invalid_request}, naming the parameter, when an escape is malformed, a text is not
     *     UTF-8, a name has a control character, or a parameter is repeated
     */
    public static Map<String, String> parsed(String query) {
        Map<String, String> parameters = new LinkedHashMap<>();
        for (String pair : query == null ? new String[0] : query.split("&")) {
            if (pair.isEmpty()) {
                continue;
            }
            String[] parts = pair.split("=", 2);
            String name = decoded(parts[0], parts[0]);
            if (name.codePoints().anyMatch(Character::isISOControl)) {
                throw Problem.invalid(
                        "The parameter name " + InputText.shown(name) + " has a control character. Remove it.");
            }
            String value = parts.length > 1 ? decoded(name, parts[1]) : "";
            if (parameters.putIfAbsent(name, value) != null) {
                throw Problem.invalid(
                        "The parameter " + InputText.shown(name) + " appears more than once. Send it once.");
            }
        }
        return parameters;
    }

    private static String decoded(String name, String part) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(part.length());
        for (int i = 0; i < part.length(); i++) {
            char next = part.charAt(i);
            if (next == '%') {
                if (i + 2 >= part.length()
                        || !HexFormat.isHexDigit(part.charAt(i + 1))
                        || !HexFormat.isHexDigit(part.charAt(i + 2))) {
                    throw Problem.invalid("The parameter " + InputText.shown(name)
                            + " has a percent sign that two hexadecimal digits do not follow. Write it as %25.");
                }
                bytes.write(HexFormat.fromHexDigits(part, i + 1, i + 3));
                i += 2;
            } else {
                bytes.write(next == '+' ? ' ' : next);
            }
        }
        return InputText.decoded(name, bytes.toByteArray());
    }
}
