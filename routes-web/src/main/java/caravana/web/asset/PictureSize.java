package caravana.web.asset;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32;

/**
 * The size of a picture, read from the headers of its file without decoding it.
 *
 * @param width in pixels
 * @param height in pixels
 */
record PictureSize(int width, int height) {

    private static final byte[] PNG = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
    private static final int HEADER = 0x49484452;
    private static final int DATA = 0x49444154;
    private static final int END = 0x49454E44;

    /** Of a chunk: its length, its type and its sum. */
    private static final int AROUND = 12;

    private static final int HEADER_BYTES = 13;

    /**
     * Reads a PNG's header, and walks over its chunks.
     *
     * @throws IOException when it is none, or not whole; the message is the end of a sentence
     */
    static PictureSize ofPng(byte[] file) throws IOException {
        ByteBuffer in = ByteBuffer.wrap(file);
        for (byte expected : PNG) {
            require(in.hasRemaining() && in.get() == expected, "it does not begin as one");
        }
        PictureSize size = null;
        boolean data = false;
        while (in.hasRemaining()) {
            require(in.remaining() >= AROUND, "it ends early");
            int length = in.getInt();
            int type = in.getInt();
            require(length >= 0 && length <= in.remaining() - Integer.BYTES, "it ends early");
            if (size == null) {
                require(type == HEADER && length == HEADER_BYTES, "its header is not the first");
                size = new PictureSize(in.getInt(in.position()), in.getInt(in.position() + Integer.BYTES));
                require(size.width > 0 && size.height > 0, "it has no pixels");
            }
            CRC32 sum = new CRC32();
            sum.update(file, in.position() - Integer.BYTES, length + Integer.BYTES);
            in.position(in.position() + length);
            require(in.getInt() == (int) sum.getValue(), "a checksum in it is wrong");
            data |= type == DATA;
            if (type == END) {
                require(data, "it has no pixels");
                require(!in.hasRemaining(), "there are bytes after its end");
                return size;
            }
        }
        throw new IOException("it ends early");
    }

    private static void require(boolean met, String otherwise) throws IOException {
        if (!met) {
            throw new IOException(otherwise);
        }
    }
}
