package caravana.worker.media;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Reads size and length of a WebP file, because ffprobe cannot read animated ones. The format is RIFF
 * (developers.google.com/speed/webp/docs/riff_container); a file with one frame may be a bare picture in VP8 (RFC 6386,
 * 9.1).
 *
 * @param width in pixels
 * @param height in pixels
 * @param seconds sum of the durations of its frames; 0 for one frame
 */
record WebpFile(int width, int height, double seconds) {

    private static final int CANVAS_AT = 4;
    private static final int DURATION_AT = 12;
    private static final int SIZE_AT = 6;
    private static final int SIZE_BITS = 0x3FFF;
    private static final int HEAD = 16;

    /** @throws IOException when it is not a WebP file, or ends too early */
    static WebpFile read(Path file) throws IOException {
        int width = 0;
        int height = 0;
        long millis = 0;
        try (DataInputStream in = new DataInputStream(Files.newInputStream(file))) {
            require(in, "RIFF");
            long left = fourBytes(in) - 4;
            require(in, "WEBP");
            while (left > 0) {
                String kind = text(in);
                long length = fourBytes(in);
                long padded = length + length % 2;
                byte[] head = in.readNBytes((int) Math.min(HEAD, padded));
                if (kind.equals("VP8X")) {
                    width = threeBytes(head, CANVAS_AT) + 1;
                    height = threeBytes(head, CANVAS_AT + 3) + 1;
                } else if (kind.equals("VP8 ")) {
                    width = twoBytes(head, SIZE_AT) & SIZE_BITS;
                    height = twoBytes(head, SIZE_AT + 2) & SIZE_BITS;
                } else if (kind.equals("ANMF")) {
                    millis += threeBytes(head, DURATION_AT);
                }
                in.skipNBytes(padded - head.length);
                left -= padded + 8;
            }
        } catch (EOFException e) {
            throw new IOException("it ends too early", e);
        }
        if (width == 0) {
            throw new IOException("it says no size");
        }
        return new WebpFile(width, height, millis / 1000.0);
    }

    private static void require(DataInputStream in, String kind) throws IOException {
        if (!text(in).equals(kind)) {
            throw new IOException("it is no WebP file");
        }
    }

    private static String text(DataInputStream in) throws IOException {
        byte[] kind = new byte[4];
        in.readFully(kind);
        return new String(kind, StandardCharsets.US_ASCII);
    }

    private static long fourBytes(DataInputStream in) throws IOException {
        return Integer.toUnsignedLong(Integer.reverseBytes(in.readInt()));
    }

    private static int threeBytes(byte[] bytes, int at) throws IOException {
        return twoBytes(bytes, at) | twoBytes(bytes, at + 1) >> 8 << 16;
    }

    private static int twoBytes(byte[] bytes, int at) throws IOException {
        if (bytes.length < at + 2) {
            throw new EOFException();
        }
        return (bytes[at] & 0xFF) | (bytes[at + 1] & 0xFF) << 8;
    }
}
