package caravana.outbound;

import java.net.UnknownHostException;

/**
 * An address that may not be called; the message says why, and what to do. Clients that connect know of names only that they are
 * unknown, so it is one of these.
 */
public class RefusedAddressException extends UnknownHostException {

    private static final long serialVersionUID = 1L;

    private final String code;

    RefusedAddressException(String code, String message) {
        super(message);
        this.code = code;
    }

    /** {@code url_invalid}, {@code url_scheme}, {@code url_credentials}, {@code url_port} or {@code address_refused}. */
    public String code() {
        return code;
    }
}
