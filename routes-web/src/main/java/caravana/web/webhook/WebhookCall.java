package caravana.web.webhook;

import caravana.checks.StepOnly;
import caravana.outbound.OutboundAddresses;
import caravana.outbound.RefusedAddressException;
import caravana.web.events.CloudEvents;
import caravana.web.outbound.OutboundClients;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.ssl.SSLException;
import org.apache.camel.ExchangeProperty;
import org.apache.hc.client5.http.classic.methods.HttpPost;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;
import org.apache.hc.core5.util.Timeout;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.scheduling.concurrent.CustomizableThreadFactory;
import org.springframework.stereotype.Component;

/**
 * Calls a receiver once: at a validated address, without redirects, with a limit of time, and with a limit of the
 * answer's length.
 */
@Component("webhookCall")
public class WebhookCall implements DisposableBean {

    private static final ContentType TYPE = ContentType.create("application/cloudevents+json", StandardCharsets.UTF_8);

    /** The most bytes of an answer that are read. The connection of a shorter answer can be reused. */
    private static final int READ_BYTES = 64 * 1024;

    /** The most bytes of an answer that are stored. */
    private static final int KEPT_BYTES = 1024;

    private static final int CONNECTIONS = 256;
    private static final int GONE = 410;

    private final OutboundAddresses addresses;
    private final WebhookSecrets secrets;
    private final CloudEvents events;
    private final Backoff backoff;
    private final Duration timeout;
    private final ObjectMapper json;
    private final MeterRegistry meters;
    private final CloseableHttpClient client;
    // Not a bean, because any Executor bean disables Spring Boot's own.
    private final ScheduledExecutorService deadlines =
            Executors.newSingleThreadScheduledExecutor(new CustomizableThreadFactory("webhook-deadlines-"));

    WebhookCall(
            OutboundAddresses addresses,
            OutboundClients clients,
            WebhookSecrets secrets,
            CloudEvents events,
            WebhookProperties settings,
            ObjectMapper json,
            MeterRegistry meters) {
        this.addresses = addresses;
        this.secrets = secrets;
        this.events = events;
        this.backoff = new Backoff(settings.delays());
        this.timeout = settings.timeout();
        this.json = json;
        this.meters = meters;
        this.client = clients.client("Caravana-Webhooks/1", Timeout.of(timeout), CONNECTIONS)
                .build();
    }

    /**
     * Sends an event.
     *
     * @param row of {@code claim-deliveries.sql}
     * @return for {@code note-attempt.sql}: {@code status}, {@code error}, {@code answer} (null for none), {@code
     *     milliseconds}, {@code success}, {@code gone}, {@code delivery_state} and {@code delay} in seconds
     */
    @StepOnly
    public Map<String, Object> send(@ExchangeProperty("delivery") Map<String, Object> row) throws IOException {
        long begun = System.nanoTime();
        Map<String, Object> attempt = new LinkedHashMap<>();
        attempt.put("status", null);
        attempt.put("error", null);
        attempt.put("answer", null);
        String retryAfter = null;
        AtomicBoolean late = new AtomicBoolean();
        try {
            HttpPost request = request(row);
            Future<?> deadline = deadlines.schedule(
                    () -> {
                        late.set(true);
                        request.abort();
                    },
                    timeout.toMillis(),
                    TimeUnit.MILLISECONDS);
            try (ClassicHttpResponse response = client.executeOpen(null, request, null)) {
                attempt.put("status", response.getCode());
                Header header = response.getFirstHeader("Retry-After");
                retryAfter = header == null ? null : header.getValue();
                attempt.put("answer", answer(response, request));
            } finally {
                deadline.cancel(false);
            }
        } catch (IOException failure) {
            // An answer counts even if its body ends early.
            if (attempt.get("status") == null) {
                attempt.put("error", late.get() ? "timeout" : code(failure));
            }
        }
        long taken = System.nanoTime() - begun;
        attempt.put("milliseconds", (int) TimeUnit.NANOSECONDS.toMillis(taken));
        conclude(attempt, (Integer) row.get("attempts"), retryAfter);
        meters.timer("caravana.webhook.calls", "outcome", outcome(attempt)).record(taken, TimeUnit.NANOSECONDS);
        return attempt;
    }

    private static String outcome(Map<String, Object> attempt) {
        if (attempt.get("status") == null) {
            return "unanswered";
        }
        return Boolean.TRUE.equals(attempt.get("success")) ? "accepted" : "refused";
    }

    private HttpPost request(Map<String, Object> row) throws IOException {
        String id = (String) row.get("event_id");
        long timestamp = Instant.now().getEpochSecond();
        byte[] body = json.writeValueAsBytes(events.document(row));
        HttpPost request = new HttpPost(addresses.check((String) row.get("url")));
        request.setHeader("webhook-id", id);
        request.setHeader("webhook-timestamp", String.valueOf(timestamp));
        request.setHeader("webhook-signature", secrets.signatures(row, id, timestamp, body));
        request.setEntity(new ByteArrayEntity(body, TYPE));
        return request;
    }

    /** Returns the beginning of an answer as a text that can be stored and shown; null without a body. */
    private static String answer(ClassicHttpResponse response, HttpPost request) {
        if (response.getEntity() == null) {
            return null;
        }
        byte[] kept = new byte[0];
        try {
            InputStream body = response.getEntity().getContent();
            kept = body.readNBytes(KEPT_BYTES);
            if (body.readNBytes(READ_BYTES - kept.length).length == READ_BYTES - kept.length) {
                // The rest is not read, and the connection is not reused.
                request.abort();
            }
        } catch (IOException broken) {
            request.abort();
        }
        return new String(kept, StandardCharsets.UTF_8).replaceAll("[\\p{Cc}&&[^\\n\\t]]", "\uFFFD");
    }

    private static String code(IOException failure) {
        if (failure instanceof RefusedAddressException refused) {
            return refused.code();
        }
        if (failure instanceof UnknownHostException) {
            return "host_unknown";
        }
        if (failure instanceof SSLException) {
            return "tls_failed";
        }
        return failure instanceof SocketTimeoutException ? "timeout" : "connection_failed";
    }

    private void conclude(Map<String, Object> attempt, int before, String retryAfter) {
        Integer status = (Integer) attempt.get("status");
        boolean success = status != null && status / 100 == 2;
        boolean gone = status != null && status == GONE;
        Duration delay = success || gone ? null : backoff.after(before + 1, status, retryAfter);
        attempt.put("success", success);
        attempt.put("gone", gone);
        attempt.put("delivery_state", success ? "delivered" : delay == null ? "failed" : "waiting");
        attempt.put("delay", delay == null ? 0.0 : delay.toMillis() / 1000.0);
    }

    @Override
    public void destroy() throws IOException {
        deadlines.shutdownNow();
        client.close();
    }
}
