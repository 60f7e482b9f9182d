package caravana.web.outbound;

import caravana.outbound.OutboundAddresses;
import caravana.outbound.RefusedAddressException;
import caravana.web.http.Problem;
import java.net.UnknownHostException;
import org.springframework.stereotype.Component;

/** Validates an address that a request contains and that web calls later. */
@Component
public class NamedAddress {

    private final OutboundAddresses addresses;

    NamedAddress(OutboundAddresses addresses) {
        this.addresses = addresses;
    }

    /**
     * Checks the address, so that the request gets an answer about a mistake. The address is checked again before each
     * call.
     *
     * @return the same address
     * @throws Problem 400 with the code of {@link RefusedAddressException}, or {@code host_unknown}
     */
    public String checked(String url) {
        try {
            addresses.resolve(addresses.check(url).getHost());
            return url;
        } catch (RefusedAddressException refused) {
            throw new Problem(400, refused.code(), refused.getMessage());
        } catch (UnknownHostException unknown) {
            throw new Problem(
                    400, "host_unknown", "The host of the address has no DNS entry. Correct the host's name.");
        }
    }
}
