package caravana.web.events;

import java.lang.reflect.Method;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.bind.annotation.RequestMethod;
import org.springframework.web.servlet.mvc.method.RequestMappingInfo;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;

/**
 * Leads {@code /api/videos/events} and {@code /api/videos/{video_id}/events} to {@link VideoEvents}. Camel's mapping comes
 * before all ordinary ones, and takes everything below the addresses that it knows.
 */
@Configuration(proxyBeanMethods = false)
class EventsMapping {

    private static final int BEFORE_CAMEL = -2;

    @Bean
    RequestMappingHandlerMapping videoEventsMapping(VideoEvents events) throws NoSuchMethodException {
        RequestMappingHandlerMapping mapping = new RequestMappingHandlerMapping() {
            @Override
            protected boolean isHandler(Class<?> beanType) {
                return false;
            }
        };
        mapping.setOrder(BEFORE_CAMEL);
        register(
                mapping,
                "/api/videos/{video_id}/events",
                events,
                VideoEvents.class.getMethod("watchOne", String.class, String.class));
        register(mapping, "/api/videos/events", events, VideoEvents.class.getMethod("watchAll", String.class));
        return mapping;
    }

    private static void register(
            RequestMappingHandlerMapping mapping, String path, VideoEvents events, Method answering) {
        mapping.registerMapping(
                RequestMappingInfo.paths(path)
                        .methods(RequestMethod.GET)
                        .options(mapping.getBuilderConfiguration())
                        .build(),
                events,
                answering);
    }
}
