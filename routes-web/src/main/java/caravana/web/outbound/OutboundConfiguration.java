package caravana.web.outbound;

import caravana.outbound.Network;
import caravana.outbound.OutboundAddresses;
import java.net.InetAddress;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Configures which addresses of accounts web may call. */
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
