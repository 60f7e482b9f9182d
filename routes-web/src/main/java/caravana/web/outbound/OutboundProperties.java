package caravana.web.outbound;

import caravana.outbound.Network;
import jakarta.validation.constraints.NotEmpty;
import jakarta.validation.constraints.NotNull;
import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.validation.annotation.Validated;

/**
 * Settings of the addresses that accounts name and web calls.
 *
 * @param schemes accepted URL schemes of webhooks and imports: {@code https}, and {@code http} only for a system on
 *     one machine
 * @param ports accepted ports of webhooks and imports, separated by commas; empty for all
 * @param allowed networks that webhooks and imports may call although they are not on the internet, such as
 *     {@code 10.20.0.0/16}, separated by commas
 */
@Validated
@ConfigurationProperties("caravana.outbound")
public record OutboundProperties(
        @NotEmpty List<String> schemes,
        @NotNull List<Integer> ports,
        @NotNull List<String> allowed) {

    public OutboundProperties {
        // An invalid network prevents the start.
        allowed.forEach(Network::parse);
    }
}
