package caravana.web.webhook;

import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyLong;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import caravana.outbound.OutboundAddresses;
import caravana.web.events.CloudEvents;
import caravana.web.outbound.OutboundClients;
import caravana.web.outbound.OutgoingCalls;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Calls receivers as web does. */
public final class CallsOfWebhooks implements OutgoingCalls.Maker {

    @Override
    public OutgoingCalls with(OutboundAddresses addresses) throws IOException {
        CloudEvents events = mock(CloudEvents.class);
        when(events.document(any())).thenReturn(Map.of());
        WebhookSecrets secrets = mock(WebhookSecrets.class);
        when(secrets.signatures(any(), any(), anyLong(), any())).thenReturn("v1,none");
        Duration second = Duration.ofSeconds(1);
        WebhookCall calls = new WebhookCall(
                addresses,
                new OutboundClients(addresses),
                secrets,
                events,
                new WebhookProperties(second, Duration.ofSeconds(10), second, List.of(second)),
                new ObjectMapper(),
                new SimpleMeterRegistry());
        return new OutgoingCalls() {

            @Override
            public Object call(String url) throws IOException {
                Map<String, Object> row = new HashMap<>();
                row.put("event_id", "one");
                row.put("url", url);
                row.put("attempts", 0);
                Map<String, Object> attempt = calls.send(row);
                return attempt.get("error") == null ? attempt.get("status") : attempt.get("error");
            }

            @Override
            public void close() throws IOException {
                calls.destroy();
            }
        };
    }
}
