package caravana.web.outbound;

import caravana.outbound.Network;
import caravana.outbound.OutboundAddresses;
import java.net.InetAddress;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Which addresses web calls that accounts name. */
@Configuration
class OutboundConfiguration {

    @Bean
    OutboundAddresses outboundAddresses(OutboundProperties settings) {
        return new OutboundAddresses(
                settings.schemes(),
                settings.ports(),
                settings.allowed().stream().map(Network::parse).toList(),
                InetAddress::getAllByName);
    }
}
