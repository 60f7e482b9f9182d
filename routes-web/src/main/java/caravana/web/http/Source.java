package caravana.web.http;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Pattern;

/** Identifies a client without an account, for limits that count clients: by its IPv4 address, or its IPv6 /64. */
public final class Source {

    private static final int PREFIX_BYTES = 8;
    private static final String UNKNOWN = "unknown";

    /** A port or an interface that some proxies append. */
    private static final Pattern ADDITIONS =
            Pattern.compile("^(?:([0-9.]+)(?::[0-9]+)?|\\[(.*)](?::[0-9]+)?|(.*)%.*)$");

    /** An address. {@link InetAddress#getByName} would resolve any other text as a name. */
    private static final Pattern LITERAL = Pattern.compile(
            "(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])(?:\\.(?!$)|$)){4}|[0-9a-fA-F]*:[0-9a-fA-F:.]*");

    private Source() {}

    /**
     * Returns the source of an address: the IPv4 address, even if it is written as an IPv6 address, or the /64 of
     * another IPv6 address, because a host with one address of a /64 usually has all of them.
     *
     * @param address an IP address as the servlet container reports it
     * @return a short text; {@code unknown} for a text that is not an IP address, so that invented names are one
     *     source
     */
    public static String of(String address) {
        return parse(address)
                .map(parsed -> parsed instanceof Inet4Address
                        ? parsed.getHostAddress()
                        : HexFormat.of().formatHex(parsed.getAddress(), 0, PREFIX_BYTES) + "/64")
                .orElse(UNKNOWN);
    }

    /**
     * Parses an address; an IPv4 address may be written as an IPv6 address. Empty for a text that is not an IP address.
     */
    public static Optional<InetAddress> parse(String address) {
        String literal = ADDITIONS.matcher(address).replaceFirst("$1$2$3");
        if (!LITERAL.matcher(literal).matches()) {
            return Optional.empty();
        }
        try {
            return Optional.of(InetAddress.getByName(literal));
        } catch (UnknownHostException | IllegalArgumentException malformed) {
            return Optional.empty();
        }
    }
}
