package caravana.worker.media;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A box of an MP4 file in memory (ISO/IEC 14496-12, 4.2).
 *
 * @param type its four characters
 * @param content the bytes after its header
 */
record Mp4Box(String type, ByteBuffer content) {

    /** The bytes of a header. */
    static final int HEADER = 8;

    /** The bytes of a header with a size of 64 bits. */
    static final int LONG_HEADER = 16;

    /** The most bytes that are read into memory, enough for the header of a fragment with a million samples. */
    private static final long LARGEST = 16L << 20;

    /**
     * The position of a box in a file.
     *
     * @param type its four characters
     * @param offset offset of its header
     * @param header bytes of its header
     * @param size bytes of the box, including its header
     */
    record Place(String type, long offset, int header, long size) {

        /** Returns the offset after the box. */
        long end() {
            return offset + size;
        }
    }

    /**
     * Returns the box that begins at an offset.
     *
     * @return null when the file ends before the box does
     * @throws IOException when it cannot be read, or is not a box
     */
    static Place place(FileChannel channel, long offset, long end) throws IOException {
        if (offset + HEADER > end) {
            return null;
        }
        ByteBuffer bytes = bytes(channel, offset, (int) Math.min(LONG_HEADER, end - offset));
        long size = Integer.toUnsignedLong(bytes.getInt());
        String type = name(bytes, Integer.BYTES);
        int header = HEADER;
        if (size == 1) {
            if (bytes.limit() < LONG_HEADER) {
                return null;
            }
            size = bytes.getLong(HEADER);
            header = LONG_HEADER;
        }
        if (size < header) {
            throw new IOException(type + " of " + size + " bytes");
        }
        return offset + size > end ? null : new Place(type, offset, header, size);
    }

    /** Reads a box into memory. */
    static Mp4Box read(FileChannel channel, Place place) throws IOException {
        if (place.size() > LARGEST) {
            throw new IOException(place.type() + " of " + place.size() + " bytes");
        }
        return new Mp4Box(
                place.type(), bytes(channel, place.offset() + place.header(), (int) (place.size() - place.header())));
    }

    /** Reads bytes of a file. */
    static ByteBuffer bytes(FileChannel channel, long offset, int count) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(count);
        while (bytes.hasRemaining()) {
            if (channel.read(bytes, offset + bytes.position()) < 0) {
                throw new IOException("the file ends early");
            }
        }
        return bytes.flip();
    }

    /** Returns the four characters at an offset. */
    static String name(ByteBuffer bytes, int offset) {
        byte[] type = new byte[Integer.BYTES];
        bytes.get(offset, type);
        return new String(type, StandardCharsets.ISO_8859_1);
    }

    /** Returns the boxes in this one. */
    List<Mp4Box> boxes() {
        return boxes(0);
    }

    /** Returns the boxes in this one, without a number of bytes before them. */
    List<Mp4Box> boxes(int from) {
        List<Mp4Box> boxes = new ArrayList<>();
        int offset = from;
        while (offset + HEADER <= content.limit()) {
            int size = content.getInt(offset);
            if (size < HEADER || offset + size > content.limit()) {
                break;
            }
            boxes.add(new Mp4Box(name(content, offset + Integer.BYTES), content.slice(offset + HEADER, size - HEADER)));
            offset += size;
        }
        return boxes;
    }

    /** Returns the first box of that type in this one. */
    Optional<Mp4Box> find(String wanted) {
        return boxes().stream().filter(box -> box.type().equals(wanted)).findFirst();
    }

    /**
     * Returns the box at the end of a path of types.
     *
     * @throws IOException when there is none
     */
    Mp4Box get(String... path) throws IOException {
        Mp4Box box = this;
        for (String part : path) {
            Mp4Box within = box;
            box = within.find(part).orElseThrow(() -> new IOException(within.type() + " without " + part));
        }
        return box;
    }

    /** Returns whether the time fields of the box have 64 bits. */
    boolean isWide() {
        return content.get(0) == 1;
    }

    /** Returns the unsigned 32 bits at an offset. */
    long unsigned(int offset) {
        return Integer.toUnsignedLong(content.getInt(offset));
    }
}
