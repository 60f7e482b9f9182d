package caravana.outbound;

import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;

/**
 * A range of IP addresses, written as {@code 10.0.0.0/8} or {@code fc00::/7}.
 *
 * @param base first address of the range
 * @param bits length of the prefix: how many leading bits all addresses of the range share
 */
public record Network(InetAddress base, int bits) {

    /** @throws IllegalArgumentException when the text is not a network, or its address has bits set after the prefix */
    public static Network parse(String text) {
        int slash = text.indexOf('/');
        String address = slash < 0 ? text : text.substring(0, slash);
        try {
            if (!address.matches("[0-9a-fA-F:.]*[:.][0-9a-fA-F:.]*")) {
                throw new IllegalArgumentException(wrong(text));
            }
            // A text of digits, points and colons is an address, so Java does not resolve it as a name.
            InetAddress base = InetAddress.getByName(address);
            int length = base.getAddress().length * Byte.SIZE;
            int bits = slash < 0 ? length : Integer.parseInt(text.substring(slash + 1));
            if (bits < 0
                    || bits > length
                    || number(base).getLowestSetBit() >= 0 && number(base).getLowestSetBit() < length - bits) {
                throw new IllegalArgumentException(wrong(text));
            }
            return new Network(base, bits);
        } catch (UnknownHostException | NumberFormatException e) {
            throw new IllegalArgumentException(wrong(text), e);
        }
    }

    private static String wrong(String text) {
        return text + " is no network. Write it as 10.20.0.0/16 or fd12:3456::/32";
    }

    /** Returns whether the range contains an address; always false when one is IPv4 and the other is IPv6. */
    public boolean contains(InetAddress address) {
        int length = base.getAddress().length;
        return address.getAddress().length == length
                && number(address)
                        .shiftRight(length * Byte.SIZE - bits)
                        .equals(number(base).shiftRight(length * Byte.SIZE - bits));
    }

    private static BigInteger number(InetAddress address) {
        return new BigInteger(1, address.getAddress());
    }
}
