package caravana.outbound;

import java.io.IOException;

/** An address that may not be called; the message says why, and what to do. */
public class RefusedAddressException extends IOException {

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
