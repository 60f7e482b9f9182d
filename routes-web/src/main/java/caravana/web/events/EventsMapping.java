package caravana.web.events;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import java.util.Map;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.web.servlet.handler.SimpleUrlHandlerMapping;

/**
 * Maps {@code /api/videos/events} and {@code /api/videos/{video_id}/events} to {@link EventCalls}. It needs a high
 * precedence, because Camel's mapping comes before all ordinary ones and handles everything below the addresses that it
 * knows.
 */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(EventsProperties.class)
class EventsMapping {

    private static final int BEFORE_CAMEL = -2;

    @Bean
    SimpleUrlHandlerMapping videoEventsMapping(EventCalls calls) {
        return new SimpleUrlHandlerMapping(
                Map.of("/api/videos/events", calls, "/api/videos/{video_id}/events", calls), BEFORE_CAMEL);
    }

    /** Registers the filter before all others: a request that is dispatched again has passed them already. */
    @Bean
    FilterRegistrationBean<Filter> continuedRequests() {
        FilterRegistrationBean<Filter> filter = new FilterRegistrationBean<>(DispatchedRequest::resume);
        filter.setName("continuedRequests");
        filter.setDispatcherTypes(DispatcherType.ASYNC);
        filter.addUrlPatterns(DispatchedRequest.PATH);
        filter.setOrder(Ordered.HIGHEST_PRECEDENCE);
        return filter;
    }
}
