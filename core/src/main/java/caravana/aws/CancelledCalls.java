package caravana.aws;

import java.io.IOException;
import java.util.concurrent.CancellationException;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.utils.AttributeMap;

/**
 * Wraps the SDK's HTTP client, so that the SDK recognizes one more kind of time-out. A call that reaches its time limit
 * while it waits for a connection fails with an {@link IOException} or a {@link CancellationException}. The SDK reports
 * the former as a time-out, but passes on the latter, which would look like a defect in our code.
 */
final class CancelledCalls implements SdkHttpClient {

    private final SdkHttpClient http;

    private CancelledCalls(SdkHttpClient http) {
        this.http = http;
    }

    /** Builds the wrapped client from the HTTP defaults of the service. */
    record Builder(Apache5HttpClient.Builder http) implements SdkHttpClient.Builder<Builder> {

        Builder() {
            this(Apache5HttpClient.builder());
        }

        @Override
        public SdkHttpClient buildWithDefaults(AttributeMap defaults) {
            return new CancelledCalls(http.buildWithDefaults(defaults));
        }
    }

    @Override
    public ExecutableHttpRequest prepareRequest(HttpExecuteRequest request) {
        ExecutableHttpRequest prepared = http.prepareRequest(request);
        return new ExecutableHttpRequest() {
            @Override
            public HttpExecuteResponse call() throws IOException {
                try {
                    return prepared.call();
                } catch (CancellationException e) {
                    throw new IOException("The call was cancelled at its time limit", e);
                }
            }

            @Override
            public void abort() {
                prepared.abort();
            }
        };
    }

    @Override
    public String clientName() {
        return http.clientName();
    }

    @Override
    public void close() {
        http.close();
    }
}
