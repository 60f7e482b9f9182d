package caravana.worker.media;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A fragmented MP4 file with one track (ISO/IEC 14496-12): what begins it, and where its fragments are.
 *
 * @param head how many bytes initialise a decoder: {@code ftyp} and {@code moov}
 * @param timescale units of time per second
 * @param codecs as RFC 6381 has it
 * @param width of the picture in pixels; 0 for sound
 * @param height of the picture in pixels; 0 for sound
 * @param fragments in their order
 */
record Fragments(int head, long timescale, String codecs, int width, int height, List<Fragment> fragments) {

    /**
     * A {@code moof} and its {@code mdat}.
     *
     * @param offset in the file
     * @param bytes of both
     * @param start when it is decoded, in units of time
     * @param duration in units of time
     * @param samples frames, or blocks of sound
     */
    record Fragment(long offset, long bytes, long start, long duration, int samples) {}

    private static final int HEADER = 8;
    private static final int LONG_HEADER = 16;

    /** Of what is read into memory: headers of a fragment with a million samples. */
    private static final long LARGEST_BOX = 16L << 20;

    /** Before the boxes in a sample entry of a picture, its own header included. */
    private static final int PICTURE_ENTRY = 86;

    private static final int PICTURE_WIDTH = 32;

    /** AAC-LC, which the encoder of sound makes. */
    private static final String AAC = "mp4a.40.2";

    private record Box(String type, ByteBuffer content) {

        Optional<Box> find(String wanted) {
            return boxes(content.duplicate()).stream()
                    .filter(box -> box.type().equals(wanted))
                    .findFirst();
        }

        Box get(String... path) throws IOException {
            Box box = this;
            for (String part : path) {
                Box within = box;
                box = within.find(part).orElseThrow(() -> new IOException(within.type() + " without " + part));
            }
            return box;
        }
    }

    /** @throws IOException when it cannot be read, or is no such file */
    static Fragments read(Path file) throws IOException {
        Reader reader = new Reader(file);
        Fragments fragments = reader.read();
        if (fragments == null) {
            throw new IOException("no moov");
        }
        if (reader.offset < Files.size(file)) {
            throw new IOException("a box ends behind the file");
        }
        return fragments;
    }

    /** Reads a file that is being written: each time what is complete since the last one. */
    static final class Reader {

        private final Path file;
        private final List<Fragment> fragments = new ArrayList<>();
        private long offset;
        private int head;
        private Box moov;
        private Box moof;
        private long moofOffset;

        Reader(Path file) {
            this.file = file;
        }

        /**
         * All that is complete by now.
         *
         * @return null before a decoder can be initialised
         * @throws IOException when it cannot be read, or is no such file
         */
        Fragments read() throws IOException {
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
                long end = channel.size();
                while (offset + HEADER <= end) {
                    ByteBuffer header = bytes(channel, offset, (int) Math.min(LONG_HEADER, end - offset));
                    long size = Integer.toUnsignedLong(header.getInt());
                    String type = type(header);
                    if (size == 1) {
                        if (header.remaining() < Long.BYTES) {
                            break;
                        }
                        size = header.getLong();
                    }
                    if (size < HEADER) {
                        throw new IOException(type + " of " + size + " bytes");
                    }
                    if (offset + size > end) {
                        break;
                    }
                    take(channel, type, size);
                    offset += size;
                }
            }
            return moov == null ? null : described(head, moov, fragments);
        }

        private void take(FileChannel channel, String type, long size) throws IOException {
            switch (type) {
                case "ftyp", "moov" -> {
                    head = (int) (offset + size);
                    moov = type.equals("moov") ? box(channel, type, offset, size) : moov;
                }
                case "moof" -> {
                    moof = box(channel, type, offset, size);
                    moofOffset = offset;
                }
                case "mdat" -> {
                    if (moof == null) {
                        throw new IOException("mdat before moof");
                    }
                    fragments.add(fragment(moof, moofOffset, offset + size - moofOffset));
                    moof = null;
                }
                default -> {
                    // An index at the end, which segments do not need.
                }
            }
        }
    }

    /**
     * The picture of a file that is not in fragments.
     *
     * @param frames how many it has
     * @param parameters by which a decoder of H.264 is initialised
     */
    record Picture(int frames, ByteBuffer parameters) {}

    /** @throws IOException when it cannot be read, or has no H.264 in its first track */
    static Picture picture(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            long offset = 0;
            while (offset + LONG_HEADER <= channel.size()) {
                ByteBuffer header = bytes(channel, offset, LONG_HEADER);
                long size = Integer.toUnsignedLong(header.getInt());
                String type = type(header);
                size = size == 1 ? header.getLong() : size;
                if (type.equals("moov")) {
                    Box table = box(channel, type, offset, size).get("trak", "mdia", "minf", "stbl");
                    ByteBuffer entries = table.get("stsd").content();
                    int entry = HEADER;
                    Box picture = new Box(
                            name(entries, entry + 4),
                            slice(entries, entry + PICTURE_ENTRY, entry + entries.getInt(entry)));
                    return new Picture(
                            table.get("stsz").content().getInt(8),
                            picture.get("avcC").content());
                }
                if (size < HEADER) {
                    break;
                }
                offset += size;
            }
        }
        throw new IOException("no moov");
    }

    private static Fragments described(int head, Box moov, List<Fragment> fragments) throws IOException {
        Box media = moov.get("trak", "mdia");
        ByteBuffer times = media.get("mdhd").content().duplicate();
        boolean wide = times.get(0) == 1;
        long timescale = Integer.toUnsignedLong(times.getInt(wide ? 20 : 12));
        ByteBuffer entries = media.get("minf", "stbl", "stsd").content().duplicate();
        int entry = entries.position() + HEADER;
        String codec = name(entries, entry + 4);
        if (codec.equals("mp4a")) {
            return new Fragments(head, timescale, AAC, 0, 0, List.copyOf(fragments));
        }
        if (!codec.equals("avc1")) {
            throw new IOException("a track of " + codec);
        }
        Box picture = new Box(codec, slice(entries, entry + PICTURE_ENTRY, entry + entries.getInt(entry)));
        ByteBuffer avc = picture.get("avcC").content();
        String profile = String.format("%02x%02x%02x", avc.get(1), avc.get(2), avc.get(3));
        return new Fragments(
                head,
                timescale,
                "avc1." + profile,
                Short.toUnsignedInt(entries.getShort(entry + PICTURE_WIDTH)),
                Short.toUnsignedInt(entries.getShort(entry + PICTURE_WIDTH + 2)),
                List.copyOf(fragments));
    }

    private static Fragment fragment(Box moof, long offset, long size) throws IOException {
        Box track = moof.get("traf");
        ByteBuffer decoded = track.get("tfdt").content();
        long start = decoded.get(0) == 1 ? decoded.getLong(4) : Integer.toUnsignedLong(decoded.getInt(4));
        ByteBuffer header = track.get("tfhd").content();
        long usual = usualDuration(header.duplicate());
        ByteBuffer run = track.get("trun").content().duplicate();
        int flags = run.getInt() & 0xffffff;
        int samples = run.getInt();
        run.position(run.position() + ((flags & 0x1) != 0 ? 4 : 0) + ((flags & 0x4) != 0 ? 4 : 0));
        int more = Integer.bitCount(flags & 0xe00) * 4;
        long duration = 0;
        for (int sample = 0; sample < samples; sample++) {
            duration += (flags & 0x100) == 0 ? usual : Integer.toUnsignedLong(run.getInt());
            run.position(run.position() + more);
        }
        return new Fragment(offset, size, start, duration, samples);
    }

    /** The duration of a sample whose run does not say it. */
    private static long usualDuration(ByteBuffer tfhd) {
        int flags = tfhd.getInt() & 0xffffff;
        int before = 4 + ((flags & 0x1) != 0 ? 8 : 0) + ((flags & 0x2) != 0 ? 4 : 0);
        tfhd.position(tfhd.position() + before);
        return (flags & 0x8) != 0 ? Integer.toUnsignedLong(tfhd.getInt()) : 0;
    }

    private static Box box(FileChannel channel, String type, long offset, long size) throws IOException {
        if (size > LARGEST_BOX) {
            throw new IOException(type + " of " + size + " bytes");
        }
        ByteBuffer whole = bytes(channel, offset, (int) size);
        return new Box(type, slice(whole, HEADER, (int) size));
    }

    private static List<Box> boxes(ByteBuffer within) {
        List<Box> boxes = new ArrayList<>();
        int offset = 0;
        while (offset + HEADER <= within.limit()) {
            int size = within.getInt(offset);
            if (size < HEADER || offset + size > within.limit()) {
                break;
            }
            boxes.add(new Box(name(within, offset + 4), slice(within, offset + HEADER, offset + size)));
            offset += size;
        }
        return boxes;
    }

    private static ByteBuffer bytes(FileChannel channel, long offset, int count) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(count);
        while (bytes.hasRemaining()) {
            if (channel.read(bytes, offset + bytes.position()) < 0) {
                throw new IOException("the file ends early");
            }
        }
        return bytes.flip();
    }

    private static ByteBuffer slice(ByteBuffer bytes, int from, int to) {
        return bytes.slice(from, to - from);
    }

    private static String type(ByteBuffer header) {
        byte[] type = new byte[4];
        header.get(type);
        return new String(type, StandardCharsets.ISO_8859_1);
    }

    private static String name(ByteBuffer bytes, int offset) {
        return type(bytes.slice(offset, 4));
    }
}
