package caravana.web.asset;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.CRC32;
import java.util.zip.InflaterInputStream;

/**
 * A PNG file whose chunks were checked. Its pixels are counted, but not decoded.
 *
 * @param size in pixels
 * @param depth bits of a sample
 * @param colour type of colour, as in the header
 * @param interlaced whether it has the seven passes of Adam7
 * @param data the chunks of compressed pixels
 */
record PngFile(PictureSize size, int depth, int colour, boolean interlaced, List<ByteBuffer> data) {

    private static final byte[] PNG = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
    private static final int HEADER = 0x49484452;
    private static final int PALETTE = 0x504C5445;
    private static final int DATA = 0x49444154;
    private static final int END = 0x49454E44;

    private static final int PROFILE = 0x69434350;
    private static final int COMPRESSED_TEXT = 0x7A545874;
    private static final int INTERNATIONAL_TEXT = 0x69545874;

    /** The most bytes of compressed data other than pixels, after decompression. */
    private static final int MOST_BESIDE = 1 << 20;

    /** The bytes of a chunk in addition to its data: its length, type and checksum. */
    private static final int AROUND = 12;

    private static final int HEADER_BYTES = 13;

    private static final int INDEXED = 3;

    /** The number of samples of a pixel, by type of colour. */
    private static final Map<Integer, Integer> SAMPLES = Map.of(0, 1, 2, 3, INDEXED, 1, 4, 2, 6, 4);

    private static final Map<Integer, Set<Integer>> DEPTHS = Map.of(
            0,
            Set.of(1, 2, 4, 8, 16),
            2,
            Set.of(8, 16),
            INDEXED,
            Set.of(1, 2, 4, 8),
            4,
            Set.of(8, 16),
            6,
            Set.of(8, 16));

    /** The passes of Adam7: first column, first line, and the steps to the next column and line. */
    private static final int[][] PASSES = {
        {0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4}, {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}
    };

    private static final int[][] WHOLE = {{0, 0, 1, 1}};

    /**
     * Reads the header and checks the chunks.
     *
     * @throws IOException when the file is not a complete PNG; the message is the end of a sentence
     */
    static PngFile read(byte[] file) throws IOException {
        ByteBuffer in = ByteBuffer.wrap(file);
        for (byte expected : PNG) {
            require(in.hasRemaining() && in.get() == expected, "it does not begin as one");
        }
        PngFile png = null;
        boolean palette = false;
        while (in.hasRemaining()) {
            require(in.remaining() >= AROUND, "it ends early");
            int length = in.getInt();
            int type = in.getInt();
            require(length >= 0 && length <= in.remaining() - Integer.BYTES, "it ends early");
            ByteBuffer chunk = in.slice(in.position(), length);
            if (png == null) {
                require(type == HEADER && length == HEADER_BYTES, "its header is not the first");
                png = header(chunk.duplicate());
            }
            CRC32 sum = new CRC32();
            sum.update(file, in.position() - Integer.BYTES, length + Integer.BYTES);
            in.position(in.position() + length);
            require(in.getInt() == (int) sum.getValue(), "a checksum in it is wrong");
            palette |= type == PALETTE;
            if (type == DATA) {
                require(palette || png.colour != INDEXED, "it has no palette");
                png.data.add(chunk);
            } else if (type == PROFILE || type == COMPRESSED_TEXT || type == INTERNATIONAL_TEXT) {
                requireSmall(chunk, type == INTERNATIONAL_TEXT);
            } else if (type == END) {
                require(!png.data.isEmpty(), "it has no pixels");
                require(!in.hasRemaining(), "there are bytes after its end");
                return png;
            }
        }
        throw new IOException("it ends early");
    }

    private static PngFile header(ByteBuffer in) throws IOException {
        PictureSize size = new PictureSize(in.getInt(), in.getInt());
        require(size.width() > 0 && size.height() > 0, "it has no pixels");
        int depth = in.get();
        int colour = in.get();
        require(
                DEPTHS.getOrDefault(colour, Set.of()).contains(depth),
                "its header has a depth or colour that PNG does not have");
        require(in.get() == 0 && in.get() == 0, "its header has a compression or filter that PNG does not have");
        int interlacing = in.get();
        require(interlacing == 0 || interlacing == 1, "its header has an interlacing that PNG does not have");
        return new PngFile(size, depth, colour, interlacing == 1, new ArrayList<>());
    }

    /**
     * Checks that the file has as many pixels as its header declares. With fewer it could not be drawn; more would use
     * time and memory of a worker.
     *
     * @throws IOException when the number differs; the message is the end of a sentence
     */
    void requirePixels() throws IOException {
        long expected = 0;
        for (int[] pass : interlaced ? PASSES : WHOLE) {
            long columns = Math.max(0, (size.width() - pass[0] + pass[2] - 1) / pass[2]);
            long lines = Math.max(0, (size.height() - pass[1] + pass[3] - 1) / pass[3]);
            expected += columns == 0 ? 0 : lines * (1 + (columns * SAMPLES.get(colour) * depth + 7) / 8);
        }
        require(inflated(data, expected) == expected, "its pixels are not as many as its header says");
    }

    /** @param international whether the chunk is a text with a language, which need not be compressed */
    private static void requireSmall(ByteBuffer chunk, boolean international) throws IOException {
        // Behind a name that ends with 0: the way of compression; or whether there is one, the way, and two more texts
        // that end so.
        int at = behindText(chunk, 0);
        if (international) {
            if (at >= chunk.limit() || chunk.get(at) == 0) {
                return;
            }
            at = behindText(chunk, behindText(chunk, at + 2));
        } else {
            at++;
        }
        if (at < chunk.limit()) {
            ByteBuffer compressed = chunk.slice(at, chunk.limit() - at);
            require(
                    inflated(List.of(compressed), MOST_BESIDE) <= MOST_BESIDE,
                    "a text or profile in it is longer than " + MOST_BESIDE + " bytes");
        }
    }

    private static int behindText(ByteBuffer chunk, int from) {
        int at = from;
        while (at < chunk.limit() && chunk.get(at) != 0) {
            at++;
        }
        return at + 1;
    }

    /** Returns the length of decompressed data in bytes; {@code most + 1} when it is longer than {@code most}. */
    private static long inflated(List<ByteBuffer> compressed, long most) {
        List<InputStream> parts = compressed.stream()
                .map(part -> (InputStream)
                        new ByteArrayInputStream(part.array(), part.arrayOffset() + part.position(), part.remaining()))
                .toList();
        long count = 0;
        byte[] some = new byte[1 << 16];
        try (InputStream in = new InflaterInputStream(new SequenceInputStream(Collections.enumeration(parts)))) {
            for (int length = in.read(some); length >= 0 && count <= most; length = in.read(some)) {
                count += length;
            }
        } catch (IOException end) {
            // Data that cannot be decompressed count as missing.
        }
        return Math.min(count, most + 1);
    }

    private static void require(boolean met, String otherwise) throws IOException {
        if (!met) {
            throw new IOException(otherwise);
        }
    }
}
