package caravana.web.http;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.Message;

/** The parameters of a request's address. As headers of the message, they would be mixed up with the request's headers. */
public final class QueryString {

    private QueryString() {}

    /**
     * All parameters, decoded; of one that is there several times, the first.
     *
     * @throws IllegalArgumentException when an escape is malformed
     */
    public static Map<String, String> of(Message in) {
        return parsed(in.getHeader(Exchange.HTTP_QUERY, String.class));
    }

    /**
     * The same of a text in that form, such as the body of an {@code application/x-www-form-urlencoded} request.
     *
     * @param query null and empty for no parameters
     */
    public static Map<String, String> parsed(String query) {
        Map<String, String> parameters = new LinkedHashMap<>();
        if (query != null && !query.isEmpty()) {
            for (String pair : query.split("&")) {
                String[] parts = pair.split("=", 2);
                parameters.putIfAbsent(decoded(parts[0]), parts.length > 1 ? decoded(parts[1]) : "");
            }
        }
        return parameters;
    }

    private static String decoded(String part) {
        return URLDecoder.decode(part, StandardCharsets.UTF_8);
    }
}
