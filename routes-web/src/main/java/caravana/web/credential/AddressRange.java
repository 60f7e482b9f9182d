package caravana.web.credential;

import caravana.web.http.Source;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A range of IP addresses: a single address, or a network in CIDR notation.
 *
 * @param first the first address of the range
 * @param bits length of the prefix: how many leading bits all addresses of the range share
 */
record AddressRange(InetAddress first, int bits) {

    private static final Pattern CIDR = Pattern.compile("([0-9.]+|[0-9a-fA-F]*:[0-9a-fA-F:.]*)(?:/([0-9]{1,3}))?");

    /** Reads a range. Bits after the prefix are set to zero. Empty when the text is neither an address nor a range. */
    static Optional<AddressRange> parse(String text) {
        Matcher cidr = CIDR.matcher(text);
        return cidr.matches()
                ? Source.parse(cidr.group(1)).flatMap(address -> of(address, cidr.group(2)))
                : Optional.empty();
    }

    private static Optional<AddressRange> of(InetAddress address, String length) {
        int most = address.getAddress().length * Byte.SIZE;
        int bits = length == null ? most : Integer.parseInt(length);
        return bits > most ? Optional.empty() : Optional.of(new AddressRange(masked(address, bits), bits));
    }

    boolean contains(InetAddress address) {
        return address.getAddress().length == first.getAddress().length
                && masked(address, bits).equals(first);
    }

    private static InetAddress masked(InetAddress address, int bits) {
        byte[] bytes = address.getAddress();
        int whole = bits / Byte.SIZE;
        if (whole < bytes.length) {
            bytes[whole] &= (byte) (0xff00 >> bits % Byte.SIZE);
            Arrays.fill(bytes, whole + 1, bytes.length, (byte) 0);
        }
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** Returns the range in CIDR notation, or the address if it is a single one. */
    @Override
    public String toString() {
        return first.getHostAddress() + (bits == first.getAddress().length * Byte.SIZE ? "" : "/" + bits);
    }
}
