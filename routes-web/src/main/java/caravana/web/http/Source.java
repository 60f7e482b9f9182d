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

    /** Some proxies add the port, some the interface. */
    private static final Pattern ADDITIONS =
            Pattern.compile("^(?:([0-9.]+)(?::[0-9]+)?|\\[(.*)](?::[0-9]+)?|(.*)%.*)$");

    /** What {@link InetAddress#getByName} may take for a name, it would ask a name server for. */
    private static final Pattern LITERAL = Pattern.compile(
            "(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])(?:\\.(?!$)|$)){4}|[0-9a-fA-F]*:[0-9a-fA-F:.]*");

    private Source() {}

    /**
     * The source that an address belongs to: an IPv4 address itself, also where it is written as an IPv6 address; of any
     * other IPv6 address its /64, since a host that has one address has all of them.
     *
     * @param address an IP address as the servlet container reports it
     * @return a short text; {@code unknown} for everything that is not an IP address, so that made-up names are one source
     */
    public static String of(String address) {
        return parse(address)
                .map(parsed -> parsed instanceof Inet4Address
                        ? parsed.getHostAddress()
                        : HexFormat.of().formatHex(parsed.getAddress(), 0, PREFIX_BYTES) + "/64")
                .orElse(UNKNOWN);
    }

    /** The address; an IPv4 address also where it is written as an IPv6 address. Empty for everything that is not an IP address. */
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
