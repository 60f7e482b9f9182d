package caravana.web.server;

import caravana.routes.RouteReloader;
import caravana.tracing.Tracing;
import caravana.web.caller.Callers;
import caravana.web.contract.Operations;
import caravana.web.http.Places;
import caravana.web.http.ProblemWriter;
import caravana.web.http.Problems;
import caravana.web.upload.UploadProperties;
import org.apache.camel.component.platform.http.PlatformHttpConstants;
import org.apache.camel.component.platform.http.spi.PlatformHttpEngine;
import org.apache.catalina.core.StandardHost;
import org.apache.coyote.ContinueResponseTiming;
import org.apache.coyote.http11.AbstractHttp11Protocol;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.web.ServerProperties;
import org.springframework.boot.web.embedded.tomcat.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Replaces the HTTP engine of Camel's starter by ours, and configures Tomcat's threads and valves. */
@Configuration(proxyBeanMethods = false)
public class HttpConfiguration {

    private static final String TOO_MANY = "too_many_at_once";

    private static final String ACCOUNT = "This account";

    /** The most concurrent ordinary calls of accounts. */
    private static final int CALLS = 192;

    /**
     * The most concurrent calls of clients without an account, including log-ins. They do not use the places of
     * accounts.
     */
    private static final int CALLS_OF_SOURCES = 256;

    /**
     * The most concurrent calls of one address. Many people may share an address, and its log-ins wait for each other.
     */
    private static final int CALLS_OF_ONE_SOURCE = 192;

    /** The threads for everything that is not a call or an upload: health, the page, refusals. */
    private static final int SPARE_THREADS = 48;

    /** The bytes of an answer that the kernel buffers, so that a client that reads slowly does not occupy a thread. */
    private static final int SEND_BUFFER_BYTES = 256 * 1024;

    @Bean(PlatformHttpConstants.PLATFORM_HTTP_ENGINE_NAME)
    PlatformHttpEngine platformHttpEngine(
            ServerProperties server,
            @Value("${caravana.calls.at-once-per-account}") int callsPerAccount,
            UploadProperties upload,
            ObjectProvider<RouteReloader> reloader,
            Problems failures,
            ProblemWriter problems,
            ApiMetrics metrics,
            Tracing tracing) {
        return new StreamingHttpEngine(
                server.getPort(),
                new Places("calls", "calls", ACCOUNT, TOO_MANY, CALLS, callsPerAccount),
                new Places(
                        "calls-of-address", "calls", "This address", TOO_MANY, CALLS_OF_SOURCES, CALLS_OF_ONE_SOURCE),
                new Places("uploads-at-once", "uploads", ACCOUNT, TOO_MANY, upload.atOnce(), upload.atOncePerAccount()),
                () -> {
                    RouteReloader watching = reloader.getIfAvailable();
                    return watching != null && watching.isReloading();
                },
                failures,
                problems,
                Callers::current,
                metrics,
                tracing);
    }

    @Bean
    WebServerFactoryCustomizer<TomcatServletWebServerFactory> tomcat(
            UploadProperties upload, ProblemWriter problems, Operations operations) {
        return factory -> {
            factory.setProtocol(PromptHeadersProtocol.class.getName());
            factory.addEngineValves(new UnreadBodyValve());
            factory.addContextCustomizers(context -> {
                StandardHost host = (StandardHost) context.getParent();
                host.setErrorReportValveClass("");
                host.getPipeline().addValve(new ProblemReportValve(problems));
                host.getPipeline().addValve(new VersionValve());
            });
            factory.addConnectorCustomizers(connector -> {
                AbstractHttp11Protocol<?> protocol = (AbstractHttp11Protocol<?>) connector.getProtocolHandler();
                protocol.setMaxThreads(CALLS + CALLS_OF_SOURCES + upload.atOnce() + SPARE_THREADS);
                // The body is requested only after the token was checked.
                protocol.setContinueResponseTiming(ContinueResponseTiming.ON_REQUEST_BODY_READ.toString());
                // Tomcat would refuse it, and report the methods of any address; MethodFilter reports those of this
                // one.
                connector.setAllowTrace(true);
                ServerOptions.addTo(connector, operations.allMethods());
                // Tomcat would refuse these without a word about the parameter; QueryString reads what follows the
                // question mark.
                connector.setProperty("relaxedQueryChars", "\"<>[\\]^`{|}");
                connector.setProperty("socket.txBufSize", String.valueOf(SEND_BUFFER_BYTES));
            });
        };
    }
}
