package caravana.tracing;

import org.apache.camel.spi.InterceptStrategy;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Configures tracing. When it is off, neither the SDK nor the exporter is loaded, and no step of a route is observed.
 */
@Configuration(proxyBeanMethods = false)
public class TracingConfiguration {

    static final String ENDPOINT = "otel.exporter.otlp.endpoint";

    @Bean
    @ConditionalOnMissingBean
    Tracing noTracing() {
        return new Tracing(null);
    }

    /** The beans of an app that exports spans. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnTracing
    static class On {

        @Bean
        Tracing tracing(ObjectProvider<SpanTree.Exporter> exporter) {
            return new Tracing(exporter::getObject);
        }

        /**
         * The exporter starts with its first span: the SDK takes half a second to start, and the app exports nothing
         * before it serves.
         */
        @Bean(bootstrap = Bean.Bootstrap.BACKGROUND, destroyMethod = "close")
        SpanTree.Exporter spanExporter(
                @Value("${" + ENDPOINT + "}") String endpoint, @Value("${spring.application.name}") String service) {
            return OpenTelemetryExporter.to(endpoint, service);
        }

        @Bean
        InterceptStrategy stepSpans() {
            return new StepSpans();
        }

        @Bean
        Exemplars exemplars() {
            return new Exemplars();
        }
    }
}
