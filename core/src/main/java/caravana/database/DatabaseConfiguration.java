package caravana.database;

import caravana.aws.AwsProperties;
import com.zaxxer.hikari.HikariDataSource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.autoconfigure.condition.ConditionalOnExpression;
import org.springframework.boot.autoconfigure.jdbc.JdbcConnectionDetails;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.secretsmanager.SecretsManagerClient;

/**
 * Configures Spring Boot's connection pool and Flyway from {@code DATABASE_URL}. User and password are in this URL, or
 * in the secret that {@code DATABASE_SECRET_ID} names.
 */
@Configuration(proxyBeanMethods = false)
public class DatabaseConfiguration {

    private static final String IN_A_SECRET = "!'${DATABASE_SECRET_ID:}'.isEmpty()";

    @Bean
    JdbcConnectionDetails databaseUrl(
            @Value("${DATABASE_URL:}") String url, @Value("${DATABASE_SECRET_ID:}") String secret) {
        return secret.isEmpty() ? DatabaseUrl.parse(url) : DatabaseUrl.withoutCredentials(url);
    }

    @Bean(destroyMethod = "close")
    @ConditionalOnExpression(IN_A_SECRET)
    SecretsManagerClient secretsManagerClient(AwsProperties aws) {
        return SecretsManagerClient.builder().region(Region.of(aws.region())).build();
    }

    /** Makes the pool connect with user and password of the secret. */
    @Bean
    @ConditionalOnExpression(IN_A_SECRET)
    static BeanPostProcessor credentialsFromSecret(
            ObjectProvider<SecretsManagerClient> client, Environment environment) {
        return new BeanPostProcessor() {
            @Override
            public Object postProcessBeforeInitialization(Object bean, String name) {
                if (bean instanceof HikariDataSource pool) {
                    pool.setDataSource(new SecretDataSource(
                            pool.getJdbcUrl(),
                            pool.getDataSourceProperties(),
                            client.getObject(),
                            environment.getRequiredProperty("DATABASE_SECRET_ID")));
                }
                return bean;
            }
        };
    }
}
