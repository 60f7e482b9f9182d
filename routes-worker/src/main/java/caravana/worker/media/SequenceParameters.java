package caravana.worker.media;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * The sequence parameter set of H.264, which applies to all frames (ITU-T H.264, 7.3.2.1.1 and annex E).
 *
 * @param width of the picture in pixels
 * @param height of the picture in pixels
 * @param pixelShape width of a pixel divided by its height; 1 when it is not given
 * @param colour colour tags
 * @param reordered number of frames that a decoder holds back
 */
record SequenceParameters(int width, int height, double pixelShape, Colour colour, int reordered) {

    /** The only pixel format that this class reads. */
    static final String PIXEL_FORMAT = "yuv420p";

    private static final int TYPE = 7;
    private static final int TYPE_MASK = 0x1f;
    private static final int MACROBLOCK = 16;

    /** The value for a pixel shape that follows as two numbers. */
    private static final int OWN_SHAPE = 255;

    private static final int SQUARE = 1;

    /** The number of BT.709 in the tables of ITU-T H.273 for primaries, transfer function and matrix. */
    private static final int BT709 = 1;

    private static final int UNSPECIFIED = 2;

    /**
     * Reads a unit with its header.
     *
     * @throws IOException when it is not such a unit, or its frames cannot be those of a result: other pixels,
     *     fields, or tags
     */
    static SequenceParameters read(byte[] unit) throws IOException {
        Bits bits = new Bits(unit);
        require((bits.read(8) & TYPE_MASK) == TYPE, "the type");
        int profile = bits.read(8);
        bits.read(16);
        bits.unsigned();
        if (isHigh(profile)) {
            require(bits.unsigned() == 1, "pixels that are not 4:2:0");
            require(bits.unsigned() == 0 && bits.unsigned() == 0, "more than 8 bits");
            bits.read(1);
            require(bits.read(1) == 0, "scaling lists");
        }
        bits.unsigned();
        switch (bits.unsigned()) {
            case 0 -> bits.unsigned();
            case 1 -> throw new IOException("sequence parameters: an order of frames of their own");
            default -> {
                // The order follows from the frames, so there is nothing to read.
            }
        }
        bits.unsigned();
        bits.read(1);
        int columns = bits.unsigned() + 1;
        int rows = bits.unsigned() + 1;
        require(bits.read(1) == 1, "fields");
        bits.read(1);
        int cutAcross = 0;
        int cutDown = 0;
        if (bits.read(1) == 1) {
            cutAcross = 2 * (bits.unsigned() + bits.unsigned());
            cutDown = 2 * (bits.unsigned() + bits.unsigned());
        }
        int width = columns * MACROBLOCK - cutAcross;
        int height = rows * MACROBLOCK - cutDown;
        require(bits.read(1) == 1, "no further description");
        return described(bits, width, height);
    }

    private static boolean isHigh(int profile) {
        // Baseline, main and extended have 4:2:0 of 8 bits only.
        return profile != 66 && profile != 77 && profile != 88;
    }

    private static SequenceParameters described(Bits bits, int width, int height) throws IOException {
        double shape = 1;
        if (bits.read(1) == 1) {
            int table = bits.read(8);
            require(table == OWN_SHAPE || table <= SQUARE, "a shape of pixels by its number");
            if (table == OWN_SHAPE) {
                int across = bits.read(16);
                int down = bits.read(16);
                shape = across == 0 || down == 0 ? 1 : (double) across / down;
            }
        }
        if (bits.read(1) == 1) {
            bits.read(1);
        }
        String range = "unknown";
        String[] tags = {"unknown", "unknown", "unknown"};
        if (bits.read(1) == 1) {
            bits.read(3);
            range = bits.read(1) == 1 ? "pc" : "tv";
            if (bits.read(1) == 1) {
                for (int tag = 0; tag < tags.length; tag++) {
                    tags[tag] = tag(bits.read(8));
                }
            }
        }
        if (bits.read(1) == 1) {
            bits.unsigned();
            bits.unsigned();
        }
        if (bits.read(1) == 1) {
            bits.read(32);
            bits.read(32);
            bits.read(1);
        }
        require(bits.read(2) == 0, "parameters of a decoder's buffer");
        bits.read(1);
        int reordered = 0;
        if (bits.read(1) == 1) {
            bits.read(1);
            for (int skipped = 0; skipped < 4; skipped++) {
                bits.unsigned();
            }
            reordered = bits.unsigned();
        }
        return new SequenceParameters(width, height, shape, new Colour(range, tags[2], tags[1], tags[0]), reordered);
    }

    /** Returns ffmpeg's name, which is the same in all three tables. */
    static String tag(int number) throws IOException {
        return switch (number) {
            case BT709 -> "bt709";
            case UNSPECIFIED -> "unknown";
            default -> throw new IOException("colours of number " + number);
        };
    }

    private static void require(boolean known, String otherwise) throws IOException {
        if (!known) {
            throw new IOException("sequence parameters: " + otherwise);
        }
    }

    /** Reads numbers of any bit length. */
    private static final class Bits {

        private final ByteBuffer bytes;
        private long next;

        /** Removes the bytes that prevent two zero bytes from being read as the beginning of a unit. */
        Bits(byte[] unit) {
            bytes = ByteBuffer.allocate(unit.length);
            int zeros = 0;
            for (byte each : unit) {
                if (zeros == 2 && each == 3) {
                    zeros = 0;
                    continue;
                }
                zeros = each == 0 ? zeros + 1 : 0;
                bytes.put(each);
            }
            bytes.flip();
        }

        int read(int count) throws IOException {
            int number = 0;
            for (int bit = 0; bit < count; bit++, next++) {
                int at = (int) (next / Byte.SIZE);
                require(at < bytes.limit(), "the end is missing");
                number = number << 1 | bytes.get(at) >> (Byte.SIZE - 1 - next % Byte.SIZE) & 1;
            }
            return number;
        }

        /** Reads a number in Exp-Golomb code. */
        int unsigned() throws IOException {
            int zeros = 0;
            while (read(1) == 0) {
                zeros++;
                require(zeros < Integer.SIZE - 1, "a number that is too large");
            }
            return (1 << zeros) - 1 + read(zeros);
        }
    }
}
