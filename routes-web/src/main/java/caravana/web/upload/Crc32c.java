package caravana.web.upload;

import java.nio.ByteBuffer;
import java.util.Base64;

/**
 * Combines the CRC-32C of consecutive pieces into that of the whole. Web nodes take turns at an upload, so none of them
 * has all of its bytes.
 *
 * <p>The algorithm is that of zlib's {@code crc32_combine}: appending bytes multiplies the checksum by a power of x,
 * modulo the polynomial.
 */
final class Crc32c {

    /** Castagnoli's polynomial without its highest term, with reversed bits. */
    private static final int POLYNOMIAL = 0x82f63b78;

    /** The polynomial 1. Polynomials have the lowest power in the highest bit. */
    private static final int ONE = 1 << 31;

    private int sum;

    /**
     * Appends a piece.
     *
     * @param base64 the piece's CRC-32C as S3 writes it
     * @param length of the piece in bytes
     */
    void append(String base64, long length) {
        int piece = ByteBuffer.wrap(Base64.getDecoder().decode(base64)).getInt();
        sum = product(powerOfX(length), sum) ^ piece;
    }

    /** Returns the CRC-32C of all pieces, as S3 writes it. */
    String text() {
        return Base64.getEncoder()
                .encodeToString(ByteBuffer.allocate(Integer.BYTES).putInt(sum).array());
    }

    /** Returns x to the power of the number of bits in so many bytes. */
    private static int powerOfX(long bytes) {
        int power = ONE;
        // x to the power of 8.
        int square = ONE >>> 8;
        for (long rest = bytes; rest != 0; rest >>>= 1) {
            if ((rest & 1) != 0) {
                power = product(square, power);
            }
            square = product(square, square);
        }
        return power;
    }

    /** Returns the product of two polynomials, modulo the polynomial. */
    private static int product(int a, int b) {
        int product = 0;
        int term = b;
        for (int bit = ONE; bit != 0; bit >>>= 1) {
            if ((a & bit) != 0) {
                product ^= term;
            }
            term = (term & 1) == 0 ? term >>> 1 : (term >>> 1) ^ POLYNOMIAL;
        }
        return product;
    }
}
