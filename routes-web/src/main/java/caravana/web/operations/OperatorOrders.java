package caravana.web.operations;

import caravana.web.StatementParameters;
import caravana.web.http.Caller;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.HashMap;
import java.util.Map;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.springframework.stereotype.Component;

/** The parameters of {@code order-workers.sql}. */
@Component("operatorOrders")
public class OperatorOrders {

    private final ObjectMapper json;

    OperatorOrders(ObjectMapper json) {
        this.json = json;
    }

    /** Pause, for the reason that the body gives; the contract has been checked. */
    public void pause(@Body String body, @ExchangeProperty("caller") Caller caller, Exchange exchange)
            throws JsonProcessingException {
        order(exchange, caller, true, json.readTree(body).path("reason").asText());
    }

    /** Go on. */
    public void resume(@ExchangeProperty("caller") Caller caller, Exchange exchange) {
        order(exchange, caller, false, null);
    }

    private static void order(Exchange exchange, Caller caller, boolean paused, String reason) {
        Map<String, Object> parameters = new HashMap<>();
        parameters.put("actor", caller.getId());
        parameters.put("paused", paused);
        parameters.put("reason", reason);
        StatementParameters.set(exchange, parameters);
    }
}
