package caravana.web.outbound;

import caravana.outbound.Network;
import jakarta.validation.constraints.NotEmpty;
import jakarta.validation.constraints.NotNull;
import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.validation.annotation.Validated;

/**
 * Which addresses web calls that accounts name.
 *
 * @param schemes {@code https}, and {@code http} for one machine alone
 * @param ports ports that may be called, separated by commas; empty for all
 * @param allowed networks that may be called although they are not on the internet, such as {@code 10.20.0.0/16}, separated by
 *     commas
 */
@Validated
@ConfigurationProperties("caravana.outbound")
public record OutboundProperties(
        @NotEmpty List<String> schemes,
        @NotNull List<Integer> ports,
        @NotNull List<String> allowed) {

    public OutboundProperties {
        // One that is none is refused at the start.
        allowed.forEach(Network::parse);
    }
}
