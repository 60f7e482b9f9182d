package caravana.web;

import java.util.Map;
import org.apache.camel.Exchange;

/** Gives a statement its parameters. */
public final class StatementParameters {

    private StatementParameters() {}

    /**
     * Sets them as the one header that camel-jdbc prefers over all others: nothing that came with a request can become a
     * parameter by its name.
     */
    public static void set(Exchange exchange, Map<String, Object> parameters) {
        exchange.getMessage().removeHeaders("CamelJdbc*");
        exchange.getMessage().setHeader("CamelJdbcParameters", parameters);
    }
}
