package caravana.database;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.jdbc.JdbcConnectionDetails;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Points Spring Boot's connection pool and Flyway at {@code DATABASE_URL}. */
@Configuration(proxyBeanMethods = false)
public class DatabaseConfiguration {

    @Bean
    JdbcConnectionDetails databaseUrl(@Value("${DATABASE_URL:}") String url) {
        return DatabaseUrl.parse(url);
    }
}
