package caravana.database;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.ParameterMetaData;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.sql.DataSource;
import org.apache.camel.component.jdbc.ConnectionStrategy;
import org.springframework.stereotype.Component;

/**
 * Spares a round trip to the database with each statement of a route: camel-jdbc asks how many parameters there are
 * whenever it executes one, and PostgreSQL's driver asks the server, which parses the whole statement anew for that. Here
 * the driver is asked once for each text. The texts of all routes are fixed, so they are few.
 */
@Component("rememberedParameterCounts")
class RememberedParameterCounts implements ConnectionStrategy {

    private final Map<String, Integer> counts = new ConcurrentHashMap<>();

    @Override
    public Connection getConnection(DataSource database) throws SQLException {
        Connection connection = database.getConnection();
        return proxy(Connection.class, (self, method, arguments) -> {
            Object result = call(connection, method, arguments);
            return result instanceof PreparedStatement statement ? counting(statement, (String) arguments[0]) : result;
        });
    }

    @Override
    public boolean isConnectionTransactional(Connection connection, DataSource database) {
        return false;
    }

    private PreparedStatement counting(PreparedStatement statement, String text) {
        return proxy(
                PreparedStatement.class,
                (self, method, arguments) -> method.getName().equals("getParameterMetaData")
                        ? parameters(statement, text)
                        : call(statement, method, arguments));
    }

    /** Knows nothing but the number, which is all that is asked for. */
    private ParameterMetaData parameters(PreparedStatement statement, String text) throws SQLException {
        Integer known = counts.get(text);
        if (known == null) {
            known = statement.getParameterMetaData().getParameterCount();
            counts.put(text, known);
        }
        int count = known;
        return proxy(ParameterMetaData.class, (self, method, arguments) -> {
            if (!method.getName().equals("getParameterCount")) {
                throw new UnsupportedOperationException(method.getName());
            }
            return count;
        });
    }

    private static <T> T proxy(Class<T> type, InvocationHandler handler) {
        return type.cast(Proxy.newProxyInstance(
                RememberedParameterCounts.class.getClassLoader(), new Class<?>[] {type}, handler));
    }

    private static Object call(Object target, Method method, Object[] arguments) throws Throwable {
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }
}
