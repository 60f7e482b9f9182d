package caravana.database;

import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import org.springframework.boot.autoconfigure.jdbc.JdbcConnectionDetails;

/**
 * The content of {@code DATABASE_URL}: {@code postgresql://user:password@host:port/database?options}.
 *
 * <p>User and password are percent-encoded, the port is optional (5432), and the options are passed to the driver, such
 * as {@code sslmode=verify-full}. This is libpq's connection URI, limited to one host.
 *
 * @param jdbcUrl the same as a JDBC URL, without user and password
 * @param user null when a secret has it
 * @param password null when a secret has it
 */
public record DatabaseUrl(String jdbcUrl, String user, String password) implements JdbcConnectionDetails {

    /**
     * Reads a {@code DATABASE_URL}.
     *
     * @throws IllegalArgumentException when it is missing or not of that form; the message never repeats the password
     */
    public static DatabaseUrl parse(String url) {
        DatabaseUrl parsed = read(url);
        if (parsed.user == null) {
            throw new IllegalArgumentException("DATABASE_URL lacks a part; it must be " + FORM);
        }
        return parsed;
    }

    /**
     * Reads a {@code DATABASE_URL}, and ignores the user and the password in it, because a secret has them.
     *
     * @throws IllegalArgumentException when it is missing or not of that form
     */
    public static DatabaseUrl withoutCredentials(String url) {
        return new DatabaseUrl(read(url).jdbcUrl, null, null);
    }

    private static DatabaseUrl read(String url) {
        if (url == null || url.isBlank()) {
            throw new IllegalArgumentException("DATABASE_URL is not set; it must be " + FORM);
        }
        URI uri;
        try {
            uri = URI.create(url.strip());
        } catch (IllegalArgumentException notAUri) {
            // Without the cause and its message: both contain the password.
            throw new IllegalArgumentException("DATABASE_URL is not a URL (special characters in user and password "
                    + "are percent-encoded); it must be " + FORM);
        }
        String userInfo = uri.getRawUserInfo();
        boolean postgres = "postgresql".equals(uri.getScheme()) || "postgres".equals(uri.getScheme());
        boolean database = uri.getPath() != null && uri.getPath().length() > 1;
        if (!postgres || uri.getHost() == null || !database) {
            throw new IllegalArgumentException("DATABASE_URL lacks a part; it must be " + FORM);
        }
        String user = null;
        String password = null;
        if (userInfo != null) {
            int colon = userInfo.indexOf(':');
            user = decode(colon < 0 ? userInfo : userInfo.substring(0, colon));
            password = colon < 0 ? "" : decode(userInfo.substring(colon + 1));
        }
        int port = uri.getPort() < 0 ? 5432 : uri.getPort();
        String options = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
        return new DatabaseUrl(
                "jdbc:postgresql://" + uri.getHost() + ":" + port + uri.getRawPath() + options, user, password);
    }

    private static final String FORM = "postgresql://user:password@host:port/database";

    private static String decode(String part) {
        // In a URI, unlike in a form, a plus sign is not a space.
        return URLDecoder.decode(part.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    @Override
    public String getJdbcUrl() {
        return jdbcUrl;
    }

    @Override
    public String getUsername() {
        return user;
    }

    @Override
    public String getPassword() {
        return password;
    }

    /** Returns a text without the password, so that logs do not have it. */
    @Override
    public String toString() {
        return jdbcUrl + " as " + user;
    }
}
