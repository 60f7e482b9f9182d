package caravana.outbound;

import java.net.UnknownHostException;

/**
 * An address that web must not call. The message says why, and what to do. It is an {@link UnknownHostException},
 * because this is the only failure of name resolution that HTTP clients expect.
 */
public class RefusedAddressException extends UnknownHostException {

    private static final long serialVersionUID = 1L;

    private final String code;

    RefusedAddressException(String code, String message) {
        super(message);
        this.code = code;
    }

    /**
     * Returns {@code url_invalid}, {@code url_scheme}, {@code url_credentials}, {@code url_port} or {@code
     * address_refused}.
     */
    public String code() {
        return code;
    }
}
