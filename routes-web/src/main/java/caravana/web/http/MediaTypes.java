package caravana.web.http;

import java.util.Locale;

/** Reads media types from headers. */
public final class MediaTypes {

    private MediaTypes() {}

    /**
     * Type and subtype alone, in lower case: neither case nor parameters tell one type from another (RFC 9110, 8.3.1).
     *
     * @param header a {@code Content-Type}; null for none
     * @return empty for none
     */
    public static String essence(String header) {
        return header == null ? "" : header.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
    }
}
