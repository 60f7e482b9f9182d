package caravana.aws;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.sqs.SqsClient;

class CancelledCallsTest {

    /** By chance, about half of these calls are interrupted, and the others cancelled. */
    private static final int CALLS = 60;

    /** The only connection is taken by a call that is never answered. */
    @Test
    void aCallWithoutAConnectionFailsAsOthersDo() throws Exception {
        List<Throwable> failures = new ArrayList<>();
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                SqsClient sqs = SqsClient.builder()
                        .region(Region.US_EAST_1)
                        .credentialsProvider(AnonymousCredentialsProvider.create())
                        .endpointOverride(URI.create("http://127.0.0.1:" + silent.getLocalPort()))
                        .httpClientBuilder(new CancelledCalls.Builder(
                                Apache5HttpClient.builder().maxConnections(1)))
                        .build()) {
            Thread first = new Thread(() -> catchThrowable(sqs::listQueues));
            // It ends with the client.
            first.setDaemon(true);
            first.start();
            Socket taken = silent.accept();
            for (int i = 0; i < CALLS; i++) {
                Duration limit = Duration.ofMillis(1 + i % 20);
                failures.add(catchThrowable(() -> sqs.listQueues(q ->
                        q.overrideConfiguration(c -> c.apiCallTimeout(limit).apiCallAttemptTimeout(limit)))));
            }
            taken.close();
        }
        assertThat(failures).hasSize(CALLS).allMatch(SdkException.class::isInstance);
    }
}
