package caravana.worker.media;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Set;

/**
 * Finds a part of a file that ffmpeg does not read, because another file begins there: several files were joined end to
 * end, as {@code cat} does. Depending on the container, ffmpeg reads all of them, or the first one or two.
 */
final class AppendedFile {

    /** The most bytes of a file's beginning that are compared. */
    private static final int BEGINNING = 16;

    private static final int BLOCK = 1 << 16;

    /** The bytes of a box's header in ISO's base media format: its length and its type. */
    private static final int BOX_HEADER = 8;

    private static final byte[] ASF = HexFormat.of().parseHex("3026b2758e66cf11a6d900aa0062ce6c");
    private static final byte[] EBML = HexFormat.of().parseHex("1a45dfa3");

    private final FileChannel channel;
    private final long lastPacket;

    private AppendedFile(FileChannel channel, long lastPacket) {
        this.channel = channel;
        this.lastPacket = lastPacket;
    }

    /**
     * Returns the number of bytes at the end that belong to files of which nothing is read.
     *
     * @param boxes whether the file consists of the boxes of ISO's base media format
     * @param lastPacket offset of the last packet of the picture in bytes; −1 when unknown
     */
    static long bytes(Path file, boolean boxes, long lastPacket) throws IOException {
        try (FileChannel channel = FileChannel.open(file)) {
            AppendedFile appended = new AppendedFile(channel, lastPacket);
            return channel.size() - (boxes ? appended.beginAmongBoxes() : appended.begin());
        }
    }

    /** The index of a file has no packets of the next one, whose boxes follow. */
    private long beginAmongBoxes() throws IOException {
        Set<String> seen = new HashSet<>();
        long at = 0;
        while (at + BOX_HEADER <= channel.size()) {
            ByteBuffer bytes = read(at, BEGINNING);
            String type = text(bytes, 4, 4);
            boolean another = (type.equals("ftyp") || type.equals("moov")) && !seen.add(type);
            if (another || isBeginningWithoutBoxes(bytes, 0)) {
                if (at > lastPacket) {
                    return at;
                }
                seen.clear();
                seen.add(type);
            }
            long length = Integer.toUnsignedLong(bytes.getInt(0));
            if (length == 1 && bytes.limit() == BEGINNING) {
                length = bytes.getLong(BOX_HEADER);
            }
            if (length < BOX_HEADER) {
                // The last box, whose length is open, or not a box.
                return channel.size();
            }
            at += length;
        }
        return channel.size();
    }

    private long begin() throws IOException {
        if (lastPacket < 0) {
            return channel.size();
        }
        for (long from = lastPacket + 1; from < channel.size(); from += BLOCK) {
            ByteBuffer bytes = read(from, BLOCK + BEGINNING - 1);
            for (int at = 0; at < Math.min(BLOCK, bytes.limit()); at++) {
                if (isBeginningWithoutBoxes(bytes, at) || isBeginningOfBoxes(bytes, at)) {
                    return from + at;
                }
            }
        }
        return channel.size();
    }

    private ByteBuffer read(long from, int most) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(most);
        while (bytes.hasRemaining() && channel.read(bytes, from + bytes.position()) >= 0) {
            // Continue until the buffer is full, or the file ends.
        }
        return bytes.flip();
    }

    /**
     * Returns whether a file begins there. Only formats count whose beginning has so many fixed bytes that other data
     * cannot match by chance.
     */
    private static boolean isBeginningWithoutBoxes(ByteBuffer bytes, int at) {
        return switch (bytes.get(at)) {
            case 0x1a -> is(bytes, at, EBML) && isMatroska(bytes, at + EBML.length);
            case 'R' ->
                text(bytes, at, 4).equals("RIFF") && text(bytes, at + 8, 4).equals("AVI ");
            case 'F' ->
                text(bytes, at, 4).equals("FLV\1") && text(bytes, at + 5, 4).equals("\0\0\0\t");
            case 'G' -> text(bytes, at, 6).matches("GIF8[79]a");
            // The first page of a stream.
            case 'O' -> text(bytes, at, 6).equals("OggS\0\2");
            case 0x30 -> is(bytes, at, ASF);
            default -> false;
        };
    }

    private static boolean isBeginningOfBoxes(ByteBuffer bytes, int at) {
        // Compare the letter first, because most bytes are zero.
        return at + BOX_HEADER <= bytes.limit()
                && bytes.get(at + 4) == 'f'
                && text(bytes, at, 3).equals("\0\0\0")
                && text(bytes, at + 4, 4).equals("ftyp");
    }

    /**
     * Returns whether a Matroska file begins there: its header, whose first byte encodes its length, and its first
     * element.
     */
    private static boolean isMatroska(ByteBuffer bytes, int at) {
        int length = at < bytes.limit() ? Integer.numberOfLeadingZeros(bytes.get(at) & 0xff) - 23 : 0;
        String element = text(bytes, at + length, 2);
        return element.equals("\u0042\u0086") || element.equals("\u0042\u0082");
    }

    private static boolean is(ByteBuffer bytes, int at, byte[] expected) {
        return at + expected.length <= bytes.limit()
                && bytes.slice(at, expected.length).equals(ByteBuffer.wrap(expected));
    }

    /** Returns a text of the length; shorter or empty at the end of the bytes. */
    private static String text(ByteBuffer bytes, int at, int length) {
        int end = Math.min(at + length, bytes.limit());
        return at < end ? new String(bytes.array(), at, end - at, StandardCharsets.ISO_8859_1) : "";
    }
}
