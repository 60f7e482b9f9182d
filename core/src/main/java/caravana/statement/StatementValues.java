package caravana.statement;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.camel.Exchange;
import org.springframework.beans.BeanWrapper;
import org.springframework.beans.PropertyAccessorFactory;
import org.springframework.stereotype.Component;

/**
 * Supplies the values of a statement's parameters: from a Camel variable, else from an exchange property, else the
 * default of the file. It never reads message headers, because senders of requests and messages can set them.
 */
@Component
class StatementValues {

    private static final Object NOTHING = new Object();

    /** The types that the driver accepts as they are; values in rows of a result have them too. */
    private static final List<Class<?>> KNOWN_TO_THE_DRIVER = List.of(
            String.class,
            Number.class,
            Boolean.class,
            UUID.class,
            byte[].class,
            Timestamp.class,
            java.sql.Date.class,
            java.sql.Time.class,
            java.sql.Array.class,
            LocalDate.class,
            LocalTime.class,
            LocalDateTime.class,
            OffsetDateTime.class);

    private final ObjectMapper json;

    StatementValues(ObjectMapper json) {
        this.json = json;
    }

    /**
     * Returns the value of a name, or of a property of a named map or bean ({@code caller.id}), in a type that the
     * database driver accepts: a collection becomes an array of text, a duration a number of seconds, an instant a
     * timestamp, an enum its name, and a map, a record or another bean JSON text. Other types of the driver stay as
     * they are.
     *
     * @throws ParameterNotSetException when neither a variable nor a property has that name
     */
    Object of(String name, StatementText text, Exchange exchange, Connection connection) throws SQLException {
        Object value = find(name, exchange);
        if (value == NOTHING) {
            if (!text.defaults().containsKey(name)) {
                throw new ParameterNotSetException(text.file(), name);
            }
            value = text.defaults().get(name);
        }
        return converted(value, connection);
    }

    private static Object find(String name, Exchange exchange) {
        String[] path = name.split("\\.");
        Object value = exchange.getVariable(path[0]);
        if (value == null) {
            value = exchange.getProperty(path[0]);
        }
        for (int i = 1; i < path.length && value != null && value != NOTHING; i++) {
            value = part(value, path[i]);
            if (value == null) {
                // The variable or property exists, but this part of it is missing.
                return i == path.length - 1 ? null : NOTHING;
            }
        }
        // Camel cannot store null in variables and properties.
        return value == null ? NOTHING : value;
    }

    private static Object part(Object whole, String name) {
        if (whole instanceof Map<?, ?> map) {
            return map.containsKey(name) ? map.get(name) : NOTHING;
        }
        BeanWrapper bean = PropertyAccessorFactory.forBeanPropertyAccess(whole);
        return bean.isReadableProperty(name) ? bean.getPropertyValue(name) : NOTHING;
    }

    private Object converted(Object value, Connection connection) throws SQLException {
        if (value == null || KNOWN_TO_THE_DRIVER.stream().anyMatch(type -> type.isInstance(value))) {
            return value;
        }
        if (value instanceof Enum<?> constant) {
            return constant.name();
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
        return json(value);
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
