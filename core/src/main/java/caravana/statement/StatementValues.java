package caravana.statement;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Date;
import java.util.Map;
import org.apache.camel.Exchange;
import org.springframework.stereotype.Component;

/**
 * The values of a statement's parameters: a Camel variable, else an exchange property, else a setting of the file. Never a
 * message header, since whoever sends a request or a message can set those.
 */
@Component
class StatementValues {

    private final ObjectMapper json;

    StatementValues(ObjectMapper json) {
        this.json = json;
    }

    /**
     * One value, as the database driver takes it: a map as JSON text, a collection as an array of text, a duration in
     * seconds, a time as a timestamp; text, numbers, booleans and null as they are.
     *
     * @throws ParameterNotSetException when nothing has that name
     */
    Object of(String name, StatementText text, Exchange exchange, Connection connection) throws SQLException {
        Object value = exchange.getVariable(name);
        if (value == null) {
            value = exchange.getProperty(name);
        }
        if (value == null) {
            value = text.settings().get(name);
        }
        if (value == null && !isSet(name, exchange)) {
            throw new ParameterNotSetException(text.file(), name);
        }
        return converted(value, connection);
    }

    /** Whether it was set to null on purpose. */
    private static boolean isSet(String name, Exchange exchange) {
        return exchange.getProperties().containsKey(name)
                || exchange.getVariables().containsKey(name);
    }

    private Object converted(Object value, Connection connection) throws SQLException {
        if (value instanceof Map<?, ?>) {
            return json(value);
        }
        if (value instanceof Collection<?> items) {
            return connection.createArrayOf(
                    "text", items.stream().map(this::element).toArray());
        }
        if (value instanceof Duration duration) {
            return duration.toMillis() / 1000.0;
        }
        if (value instanceof Instant instant) {
            return Timestamp.from(instant);
        }
        if (value instanceof Date date) {
            return new Timestamp(date.getTime());
        }
        return value;
    }

    private String element(Object item) {
        return item == null ? null : item.toString();
    }

    private String json(Object value) {
        try {
            return json.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("A parameter cannot be written as JSON", e);
        }
    }
}
