package caravana.web.http;

import java.util.Locale;

/** Reads media types from headers. */
public final class MediaTypes {

    private MediaTypes() {}

    /**
     * Returns type and subtype in lower case, without parameters (RFC 9110, 8.3.1).
     *
     * @param header a {@code Content-Type}; null for none
     * @return empty for none
     */
    public static String essence(String header) {
        return header == null ? "" : header.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
    }
}
