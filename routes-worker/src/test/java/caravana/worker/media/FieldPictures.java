package caravana.worker.media;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;

/**
 * Writes H.264 whose pictures are fields (PAFF), as broadcasters and camcorders make it; no encoder of ffmpeg does. Every
 * macroblock has its samples uncompressed (I_PCM), so that no more than headers must be coded.
 *
 * <p>The syntax is that of ITU-T H.264, 7.3.
 */
final class FieldPictures {

    private static final int MACROBLOCK = 16;
    private static final int MAIN_PROFILE = 77;
    private static final int LEVEL_4 = 40;
    private static final int SEQUENCE_PARAMETERS = 0x67;
    private static final int PICTURE_PARAMETERS = 0x68;
    private static final int KEY_SLICE = 0x65;
    private static final int REFERENCE_SLICE = 0x61;
    private static final int SLICES_ARE_INTRA = 7;
    private static final int UNCOMPRESSED = 25;

    /** Bits, the first one of a byte being its highest. */
    private static final class Bits {

        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private int current;
        private int filled;

        Bits bits(int count, int value) {
            for (int i = count - 1; i >= 0; i--) {
                current = current << 1 | value >> i & 1;
                if (++filled == 8) {
                    bytes.write(current);
                    current = 0;
                    filled = 0;
                }
            }
            return this;
        }

        /** Numbers in Exp-Golomb code, unsigned. */
        Bits numbers(int... values) {
            for (int value : values) {
                bits(2 * (32 - Integer.numberOfLeadingZeros(value + 1)) - 1, value + 1);
            }
            return this;
        }

        Bits aligned() {
            return filled == 0 ? this : bits(8 - filled, 0);
        }

        byte[] ended() {
            bits(1, 1).aligned();
            return bytes.toByteArray();
        }
    }

    private final int width;
    private final int height;
    private final ByteArrayOutputStream stream = new ByteArrayOutputStream();

    private FieldPictures(int width, int height) {
        this.width = width;
        this.height = height;
    }

    /**
     * A stream of the fields of these frames.
     *
     * @param frames in 8 bits, 4:2:0, planar
     * @param width a multiple of 16
     * @param height a multiple of 32
     * @param topFirst whether the upper field of each frame comes first
     */
    static byte[] of(byte[] frames, int width, int height, boolean topFirst) {
        FieldPictures writer = new FieldPictures(width, height);
        writer.parameters();
        int size = width * height * 3 / 2;
        for (int n = 0; n < frames.length / size; n++) {
            byte[] frame = Arrays.copyOfRange(frames, n * size, (n + 1) * size);
            writer.field(frame, topFirst ? 0 : 1, true, n);
            writer.field(frame, topFirst ? 1 : 0, false, n);
        }
        return writer.stream.toByteArray();
    }

    private void parameters() {
        // Four bits for the number of a frame, pictures shown in the order in which they come, two references.
        Bits sequence = new Bits()
                .bits(8, MAIN_PROFILE)
                .bits(8, 0)
                .bits(8, LEVEL_4)
                .numbers(0, 0, 2, 2)
                .bits(1, 0)
                .numbers(width / MACROBLOCK - 1, height / MACROBLOCK / 2 - 1);
        // Not frames alone, no mixture within a frame; the whole picture, nothing more about it.
        unit(SEQUENCE_PARAMETERS, sequence.bits(5, 0b00100).ended());
        Bits picture = new Bits().numbers(0, 0).bits(2, 0).numbers(0, 0, 0).bits(3, 0);
        // Slices say whether edges are smoothed.
        unit(PICTURE_PARAMETERS, picture.numbers(0, 0, 0).bits(3, 0b100).ended());
    }

    private void field(byte[] frame, int parity, boolean key, int number) {
        Bits slice = new Bits().numbers(0, SLICES_ARE_INTRA, 0).bits(4, 0).bits(2, 0b10 | parity);
        if (key) {
            slice.numbers(number % 2).bits(2, 0);
        } else {
            slice.bits(1, 0);
        }
        // The quantizer stays as it is, and edges are not smoothed.
        slice.numbers(0, 1);
        int luma = width * height;
        for (int y = 0; y < height / 2; y += MACROBLOCK) {
            for (int x = 0; x < width; x += MACROBLOCK) {
                slice.numbers(UNCOMPRESSED).aligned();
                block(slice, frame, 0, width, x, y, MACROBLOCK, parity);
                block(slice, frame, luma, width / 2, x / 2, y / 2, MACROBLOCK / 2, parity);
                block(slice, frame, luma * 5 / 4, width / 2, x / 2, y / 2, MACROBLOCK / 2, parity);
            }
        }
        unit(key ? KEY_SLICE : REFERENCE_SLICE, slice.ended());
    }

    private static void block(Bits slice, byte[] frame, int plane, int stride, int x, int y, int side, int parity) {
        for (int row = y; row < y + side; row++) {
            slice.bytes.write(frame, plane + (2 * row + parity) * stride + x, side);
        }
    }

    /** A unit with its start code, which must not come within it. */
    private void unit(int header, byte[] content) {
        stream.writeBytes(new byte[] {0, 0, 0, 1, (byte) header});
        int zeros = 0;
        for (byte each : content) {
            if (zeros >= 2 && (each & 0xff) <= 3) {
                stream.write(3);
                zeros = 0;
            }
            stream.write(each);
            zeros = each == 0 ? zeros + 1 : 0;
        }
    }
}
