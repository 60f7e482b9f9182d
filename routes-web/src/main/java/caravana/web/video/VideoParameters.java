package caravana.web.video;

import caravana.web.StatementParameters;
import caravana.web.http.Caller;
import java.util.HashMap;
import java.util.Map;
import org.apache.camel.Exchange;
import org.springframework.stereotype.Component;

/**
 * Builds the parameters of web's statements from exchange properties, as the one header that camel-jdbc prefers over
 * all others: nothing that came with a request can become a parameter by its name.
 */
@Component("videoParameters")
public class VideoParameters {

    /** For {@code accept-upload.sql}: the property {@code upload} holds what the form said. */
    public void accept(Exchange exchange) {
        Map<String, Object> parameters = identity(exchange);
        Map<?, ?> form = exchange.getProperty("upload", Map.class);
        form.forEach((field, value) -> parameters.put(String.valueOf(field), value));
        StatementParameters.set(exchange, parameters);
    }

    /** For a statement that needs the video's id only. */
    public void identify(Exchange exchange) {
        StatementParameters.set(exchange, identity(exchange));
    }

    /** For a statement that changes a video of the caller. */
    public void owned(Exchange exchange) {
        Map<String, Object> parameters = identity(exchange);
        parameters.put("owner_id", exchange.getProperty("caller", Caller.class).getId());
        StatementParameters.set(exchange, parameters);
    }

    private static Map<String, Object> identity(Exchange exchange) {
        Map<String, Object> parameters = new HashMap<>();
        parameters.put("video_id", exchange.getProperty("video_id"));
        return parameters;
    }
}
