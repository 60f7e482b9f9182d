package caravana.web.outbound;

import caravana.outbound.OutboundAddresses;
import caravana.outbound.RefusedAddressException;
import caravana.web.http.Problem;
import java.net.UnknownHostException;
import org.springframework.stereotype.Component;

/** Validates an address that a request gives, and that web calls later. */
@Component
public class NamedAddress {

    private final OutboundAddresses addresses;

    NamedAddress(OutboundAddresses addresses) {
        this.addresses = addresses;
    }

    /**
     * Checks it, so that a mistake is answered at once. It is checked again when it is called.
     *
     * @return the same
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
