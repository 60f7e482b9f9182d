package caravana.web.upload;

import static org.mockito.Mockito.mock;

import caravana.outbound.OutboundAddresses;
import caravana.web.outbound.OutboundClients;
import caravana.web.outbound.OutgoingCalls;
import caravana.web.secret.SecretBoxes;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.springframework.util.unit.DataSize;

/** Fetches videos as web does, for no bucket. */
public final class CallsOfImports implements OutgoingCalls.Maker {

    @Override
    public OutgoingCalls with(OutboundAddresses addresses) {
        Duration second = Duration.ofSeconds(1);
        ImportCall calls = new ImportCall(
                addresses,
                new OutboundClients(addresses),
                mock(ObjectWriter.class),
                SecretBoxes.of("a key of 32 characters or of more"),
                new UploadProperties(1, 1, second, DataSize.ofBytes(0), second, second, 0),
                new ImportProperties(second, second, second, List.of(second), 1),
                new ObjectMapper());
        return new OutgoingCalls() {

            @Override
            public Object call(String url) {
                Map<String, Object> row = new HashMap<>();
                row.put("url", url);
                row.put("claim_token", "one");
                row.put("attempts", 1);
                return calls.fetch(row).get("error_code");
            }

            @Override
            public void close() throws IOException {
                calls.destroy();
            }
        };
    }
}
