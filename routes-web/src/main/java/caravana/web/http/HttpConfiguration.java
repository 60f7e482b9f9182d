package caravana.web.http;

import caravana.web.identity.Callers;
import caravana.web.upload.UploadProperties;
import java.util.concurrent.Executor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.apache.camel.component.platform.http.PlatformHttpConstants;
import org.apache.camel.component.platform.http.spi.PlatformHttpEngine;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.web.ServerProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.task.AsyncTaskExecutor;
import org.springframework.scheduling.concurrent.CustomizableThreadFactory;

/** Puts our engine in the place of the starter's. */
@Configuration(proxyBeanMethods = false)
public class HttpConfiguration {

    private static final long IDLE_SECONDS = 60;

    @Bean(PlatformHttpConstants.PLATFORM_HTTP_ENGINE_NAME)
    PlatformHttpEngine platformHttpEngine(
            ServerProperties server,
            UploadProperties upload,
            @Qualifier("applicationTaskExecutor") AsyncTaskExecutor requests,
            Problems failures,
            ProblemWriter problems) {
        // Not a bean: any Executor bean would switch Spring Boot's own off.
        Executor uploads = new ThreadPoolExecutor(
                0,
                upload.atOnce(),
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new SynchronousQueue<>(),
                new CustomizableThreadFactory("upload-"));
        return new StreamingHttpEngine(server.getPort(), requests, uploads, failures, problems, Callers::current);
    }
}
