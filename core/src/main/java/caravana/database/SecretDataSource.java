package caravana.database;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Properties;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.datasource.AbstractDataSource;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.secretsmanager.SecretsManagerClient;

/**
 * Connects with user and password from a secret in the form that RDS uses: JSON with {@code username} and
 * {@code password}. RDS rotates the secret, so it is read at the first connection, and again whenever the database refuses the
 * password.
 *
 * <p>Open connections stay open when the password changes.
 */
class SecretDataSource extends AbstractDataSource {

    private static final Logger log = LoggerFactory.getLogger(SecretDataSource.class);
    /** PostgreSQL's SQLSTATE {@code invalid_password}. */
    private static final String WRONG_PASSWORD = "28P01";

    private static final String WRONG_USER = "28000";
    /** The SQLSTATE class {@code connection_exception}: no query has reached the database yet. */
    private static final String NOT_CONNECTED = "08001";

    private final String jdbcUrl;
    private final Properties properties;
    private final SecretsManagerClient secrets;
    private final String secret;
    private final ObjectMapper json = new ObjectMapper();

    private volatile Credentials credentials;

    SecretDataSource(String jdbcUrl, Properties properties, SecretsManagerClient secrets, String secret) {
        this.jdbcUrl = jdbcUrl;
        this.properties = properties;
        this.secrets = secrets;
        this.secret = secret;
    }

    private record Credentials(String user, String password) {}

    @Override
    public Connection getConnection() throws SQLException {
        Credentials known = credentials;
        if (known == null) {
            return connect(readAgain());
        }
        try {
            return connect(known);
        } catch (SQLException refused) {
            if (!WRONG_PASSWORD.equals(refused.getSQLState()) && !WRONG_USER.equals(refused.getSQLState())) {
                throw refused;
            }
            log.info("The database refused the password; reading the secret again");
            return connect(readAgain());
        }
    }

    @Override
    public Connection getConnection(String user, String password) throws SQLException {
        return connect(new Credentials(user, password));
    }

    /** As the pool's own source of connections takes it. */
    @Override
    public void setLoginTimeout(int seconds) {
        DriverManager.setLoginTimeout(seconds);
    }

    private Connection connect(Credentials with) throws SQLException {
        Properties all = new Properties();
        // The driver accepts only texts.
        properties.forEach((name, value) -> all.setProperty(name.toString(), value.toString()));
        all.setProperty("user", with.user);
        all.setProperty("password", with.password);
        return DriverManager.getConnection(jdbcUrl, all);
    }

    private Credentials readAgain() throws SQLException {
        try {
            JsonNode value = json.readTree(
                    secrets.getSecretValue(s -> s.secretId(secret)).secretString());
            if (!value.hasNonNull("username") || !value.hasNonNull("password")) {
                throw new SQLException("Secret " + secret + " lacks username or password", NOT_CONNECTED);
            }
            credentials = new Credentials(
                    value.get("username").asText(), value.get("password").asText());
            return credentials;
        } catch (SdkException away) {
            throw new SQLException("Cannot read secret " + secret + ": " + away.getMessage(), NOT_CONNECTED, away);
        } catch (JsonProcessingException notJson) {
            // Without the cause, which quotes the secret.
            throw new SQLException("Secret " + secret + " is not JSON", NOT_CONNECTED);
        }
    }
}
