package caravana.web.outbound;

import caravana.outbound.OutboundAddresses;
import java.net.InetAddress;
import java.net.UnknownHostException;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.ManagedHttpClientConnectionFactory;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.io.HttpClientConnectionManager;
import org.apache.hc.core5.http.ContentLengthStrategy;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.impl.DefaultContentLengthStrategy;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;
import org.springframework.stereotype.Component;

/**
 * HTTP clients for servers that accounts name. They connect only to validated addresses, read a limited number of
 * headers, repeat no request, and keep no state such as cookies between requests.
 */
@Component
public class OutboundClients {

    private static final Http1Config HEADS =
            Http1Config.custom().setMaxLineLength(8192).setMaxHeaderCount(100).build();

    private final OutboundAddresses addresses;

    public OutboundClients(OutboundAddresses addresses) {
        this.addresses = addresses;
    }

    /**
     * Builds a client that follows no redirects, repeats no requests, keeps no cookies, and does not decompress bodies.
     *
     * @param userAgent value of the header {@code User-Agent}
     * @param silence how long a server may take to connect, and between two bytes
     * @param most most concurrent connections, in total and to one server
     */
    public HttpClientBuilder client(String userAgent, Timeout silence, int most) {
        return client(userAgent, pool(silence, most, DefaultContentLengthStrategy.INSTANCE));
    }

    /**
     * Builds a client as {@link #client} does, but it reads bodies until the server closes the connection, even beyond
     * the announced length.
     *
     * @param userAgent see {@link #client}
     * @param silence see {@link #client}
     * @param most see {@link #client}
     */
    public HttpClientBuilder clientOfAllBytes(String userAgent, Timeout silence, int most) {
        return client(userAgent, pool(silence, most, message -> {
            long announced = DefaultContentLengthStrategy.INSTANCE.determineLength(message);
            return announced < 0 ? announced : ContentLengthStrategy.UNDEFINED;
        }));
    }

    private static HttpClientBuilder client(String userAgent, HttpClientConnectionManager pool) {
        return HttpClients.custom()
                .setConnectionManager(pool)
                .setUserAgent(userAgent)
                .disableRedirectHandling()
                .disableAutomaticRetries()
                .disableCookieManagement()
                .disableAuthCaching()
                .disableContentCompression();
    }

    private PoolingHttpClientConnectionManager pool(Timeout silence, int most, ContentLengthStrategy lengths) {
        return PoolingHttpClientConnectionManagerBuilder.create()
                .setDnsResolver(new JudgedAddresses())
                .setConnectionFactory(ManagedHttpClientConnectionFactory.builder()
                        .http1Config(HEADS)
                        .incomingContentLengthStrategy(lengths)
                        .build())
                .setDefaultConnectionConfig(ConnectionConfig.custom()
                        .setConnectTimeout(silence)
                        .setSocketTimeout(silence)
                        .setTimeToLive(TimeValue.ofMinutes(1))
                        .build())
                .setMaxConnTotal(most)
                .setMaxConnPerRoute(most)
                .build();
    }

    /**
     * Resolves names to validated addresses. The client connects to them, and keeps the name for {@code Host} and SNI.
     */
    private final class JudgedAddresses implements DnsResolver {

        @Override
        public InetAddress[] resolve(String host) throws UnknownHostException {
            return addresses.resolve(host);
        }

        @Override
        public String resolveCanonicalHostname(String host) {
            return host;
        }
    }
}
