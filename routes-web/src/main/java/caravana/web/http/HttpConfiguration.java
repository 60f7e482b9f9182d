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
            InFlight inFlight,
            Problems failures,
            ProblemWriter problems,
            ApiMetrics metrics) {
        // No beans: any Executor bean would switch Spring Boot's own off.
        Executor uploads = pool(upload.atOnce(), "upload-");
        Executor refusals = pool(upload.atOnce(), "refusal-");
        return new StreamingHttpEngine(
                server.getPort(), requests, uploads, refusals, inFlight, failures, problems, Callers::current, metrics);
    }

    /** Threads come as they are needed, up to that many; what is more is rejected and never waits. */
    private static Executor pool(int threads, String name) {
        return new ThreadPoolExecutor(
                0,
                threads,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new SynchronousQueue<>(),
                new CustomizableThreadFactory(name));
    }
}
