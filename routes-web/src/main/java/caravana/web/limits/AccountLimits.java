package caravana.web.limits;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.camel.Exchange;
import org.springframework.stereotype.Component;

/** The limits that operators set for the jobs of one account. */
@Component("accountLimits")
public class AccountLimits {

    private final ObjectMapper json;

    AccountLimits(ObjectMapper json) {
        this.json = json;
    }

    /**
     * Reads the limits that an operator sets. Sets the property {@code own} with {@code weight} and {@code at_once},
     * each null for the default, and the property {@code reason}.
     */
    public void read(Exchange exchange) throws JsonProcessingException {
        JsonNode order = json.readTree(exchange.getMessage().getBody(String.class));
        Map<String, Object> own = new LinkedHashMap<>();
        own.put("weight", order.hasNonNull("weight") ? order.path("weight").doubleValue() : null);
        own.put("at_once", order.hasNonNull("at_once") ? order.path("at_once").intValue() : null);
        exchange.setProperty("own", own);
        exchange.setProperty("reason", order.path("reason").textValue());
    }
}
