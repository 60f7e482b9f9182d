package caravana.outbound;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Decides whether web may call an address that an account has given. Allowed are addresses on the internet that are not
 * in this deployment's own networks. Call {@link #check} when the address is given, and connect only to the addresses
 * that {@link #resolve} returns, because a name may have other addresses the next time.
 */
public final class OutboundAddresses {

    /** Finds the addresses of a name. */
    @FunctionalInterface
    public interface Resolver {

        /** @throws UnknownHostException when the name has no address */
        InetAddress[] resolve(String host) throws UnknownHostException;
    }

    private static final String INVALID = "url_invalid";

    private static final int LONGEST = 2000;
    private static final int LONGEST_HOST = 253;

    private static final Map<String, Integer> PORTS = Map.of("http", 80, "https", 443);

    /** Visible ASCII characters, without the backslash, which browsers and other programs treat as a slash. */
    private static final Pattern VISIBLE = Pattern.compile("[!-\\[\\]-~]*");

    private static final Pattern NAME =
            Pattern.compile("(?i)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)" + "(\\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*");

    /** An IPv4 address. Numbers with leading zeros do not match, because some programs read them as octal. */
    private static final Pattern IPV4 = Pattern.compile("(0|[1-9]\\d{0,2})(\\.(0|[1-9]\\d{0,2})){3}");

    /**
     * A host that <a href="https://url.spec.whatwg.org/#ends-in-a-number-checker">the URL standard</a> treats as an
     * IPv4 address.
     */
    private static final Pattern NUMBER_AT_END = Pattern.compile("(?i)(.*\\.)?(\\d+|0x[0-9a-f]*)");

    /**
     * Networks that are not on the internet: IANA's <a
     * href="https://www.iana.org/assignments/iana-ipv4-special-registry">registry</a> of special addresses, multicast,
     * and the public address of Azure's metadata host.
     */
    private static final List<Network> IPV4_REFUSED = networks(
            "0.0.0.0/8",
            "10.0.0.0/8",
            "100.64.0.0/10",
            "127.0.0.0/8",
            "169.254.0.0/16",
            "172.16.0.0/12",
            "192.0.0.0/24",
            "192.0.2.0/24",
            "192.31.196.0/24",
            "192.52.193.0/24",
            "192.88.99.0/24",
            "192.168.0.0/16",
            "192.175.48.0/24",
            "198.18.0.0/15",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "168.63.129.16/32",
            "224.0.0.0/3");

    /** All global IPv6 addresses. Addresses that embed an IPv4 address are outside of it, or in the list below. */
    private static final Network IPV6_GLOBAL = Network.parse("2000::/3");

    private static final List<Network> IPV6_REFUSED =
            networks("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20");

    private final Set<String> schemes;
    private final Set<Integer> ports;
    private final List<Network> allowed;
    private final Resolver resolver;

    /**
     * @param schemes {@code https}, {@code http} or both
     * @param ports the allowed ports; empty for all
     * @param allowed networks that may be called although they are not on the internet
     */
    public OutboundAddresses(
            Collection<String> schemes, Collection<Integer> ports, List<Network> allowed, Resolver resolver) {
        this.schemes = Set.copyOf(schemes);
        this.ports = Set.copyOf(ports);
        this.allowed = List.copyOf(allowed);
        this.resolver = resolver;
    }

    private static List<Network> networks(String... texts) {
        return Stream.of(texts).map(Network::parse).toList();
    }

    /**
     * Checks the text of an address, with its scheme, host and port. It resolves no name.
     *
     * @throws RefusedAddressException when the address must not be called
     */
    public URI check(String url) throws RefusedAddressException {
        if (url.length() > LONGEST || !VISIBLE.matcher(url).matches()) {
            throw new RefusedAddressException(
                    INVALID,
                    "The address must have at most " + LONGEST
                            + " characters, all of them visible ASCII and no backslash. Percent-encode others, and write a name with"
                            + " other letters as xn--….");
        }
        URI address = parsed(url);
        String scheme = String.valueOf(address.getScheme()).toLowerCase(Locale.ROOT);
        if (!schemes.contains(scheme)) {
            throw new RefusedAddressException(
                    "url_scheme",
                    "The address must begin with "
                            + String.join(":// or ", schemes.stream().sorted().toList()) + "://.");
        }
        if (address.getRawAuthority() != null && address.getRawAuthority().contains("@")) {
            throw new RefusedAddressException(
                    "url_credentials", "The address has a user name or a password. Remove the part before the @.");
        }
        if (address.getHost() == null || address.getRawFragment() != null) {
            throw invalid();
        }
        int port = address.getPort() < 0 ? PORTS.get(scheme) : address.getPort();
        if (port < 1 || port > 65_535 || !ports.isEmpty() && !ports.contains(port)) {
            throw new RefusedAddressException(
                    "url_port",
                    "The port " + port + " may not be called. Use "
                            + (ports.isEmpty()
                                    ? "1 to 65535"
                                    : "one of " + ports.stream().sorted().toList()) + ".");
        }
        checkHost(address.getHost());
        return address;
    }

    private static URI parsed(String url) throws RefusedAddressException {
        try {
            return new URI(url);
        } catch (URISyntaxException malformed) {
            throw invalid();
        }
    }

    private static RefusedAddressException invalid() {
        return new RefusedAddressException(
                INVALID, "The address is not a URL with a host. Write one such as https://example.com/path.");
    }

    private void checkHost(String host) throws RefusedAddressException {
        if (host.startsWith("[") || IPV4.matcher(host).matches()) {
            judge(host, literal(host));
        } else if (NUMBER_AT_END.matcher(host).matches()) {
            throw new RefusedAddressException(
                    INVALID,
                    "The host ends in a number. Write an IPv4 address as four decimal numbers without "
                            + "leading zeros.");
        } else if (host.length() > LONGEST_HOST || !NAME.matcher(host).matches()) {
            throw invalid();
        }
    }

    private static InetAddress literal(String host) throws RefusedAddressException {
        try {
            if (host.contains("%")) {
                throw invalid();
            }
            return InetAddress.getByName(host);
        } catch (UnknownHostException malformed) {
            throw invalid();
        }
    }

    /**
     * Resolves a host to the addresses to connect to.
     *
     * @param host a name or an address; an IPv6 address may be in brackets
     * @throws RefusedAddressException when one of the addresses must not be called
     * @throws UnknownHostException when the name has no address
     */
    public InetAddress[] resolve(String host) throws RefusedAddressException, UnknownHostException {
        InetAddress[] found = resolver.resolve(host);
        for (InetAddress address : found) {
            judge(host, address);
        }
        return found;
    }

    /**
     * Checks one address. The message does not name the address, so that accounts cannot find out internal addresses.
     */
    private void judge(String host, InetAddress address) throws RefusedAddressException {
        if (!isAllowed(address)) {
            throw new RefusedAddressException(
                    "address_refused",
                    "The host " + host + " has an address that is not on the internet: loopback, private, link-local,"
                            + " multicast or reserved. Use another one, or ask an operator to allow its network by"
                            + " CARAVANA_OUTBOUND_ALLOWED.");
        }
    }

    private boolean isAllowed(InetAddress address) {
        if (allowed.stream().anyMatch(network -> network.contains(address))) {
            return true;
        }
        // Java converts an IPv4 address that is mapped into IPv6 to an IPv4 address.
        return address instanceof Inet4Address
                ? IPV4_REFUSED.stream().noneMatch(network -> network.contains(address))
                : IPV6_GLOBAL.contains(address)
                        && IPV6_REFUSED.stream().noneMatch(network -> network.contains(address));
    }
}
