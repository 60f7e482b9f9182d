package caravana.worker.media;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * A fragmented MP4 file with one track (ISO/IEC 14496-12): its initialization segment, and the positions of its
 * fragments.
 *
 * @param head number of bytes that initialize a decoder: {@code ftyp} and {@code moov}
 * @param timescale units of time per second
 * @param codecs codecs parameter of RFC 6381
 * @param width width of the picture in pixels; 0 for sound
 * @param height height of the picture in pixels; 0 for sound
 * @param fragments in their order
 */
record Fragments(int head, long timescale, String codecs, int width, int height, List<Fragment> fragments) {

    /**
     * A {@code moof} box with its {@code mdat}.
     *
     * @param offset in the file, in bytes
     * @param bytes length of both boxes
     * @param start decoding time, in units of the timescale
     * @param duration in units of the timescale
     * @param samples frames, or blocks of sound
     * @param keyBytes bytes from its beginning to the end of its first sample
     */
    record Fragment(long offset, long bytes, long start, long duration, int samples, long keyBytes) {}

    /** The bytes of a picture's sample entry before its boxes, including its header. */
    private static final int PICTURE_ENTRY = 86;

    private static final int PICTURE_WIDTH = 32;

    /** Flags of a fragment's header: all samples have the same duration; the next one: the same size. */
    private static final int DURATION = 0x8;

    private static final int SIZE = 0x10;

    /** AAC-LC, which the audio encoder produces. */
    private static final String AAC = "mp4a.40.2";

    /** @throws IOException when the file cannot be read, or is not a fragmented MP4 */
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

    /** Returns the digest of the bytes that initialize a decoder, in hexadecimal digits. */
    String beginning(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return HexFormat.of().formatHex(OriginalDigest.sha256().digest(in.readNBytes(head)));
        }
    }

    /** Reads a file that is being written: each call returns what has become complete. */
    static final class Reader {

        private final Path file;
        private final List<Fragment> fragments = new ArrayList<>();
        private long offset;
        private int head;
        private Mp4Box moov;
        private Mp4Box moof;
        private long moofOffset;

        Reader(Path file) {
            this.file = file;
        }

        /**
         * Returns everything that is complete.
         *
         * @return null before the initialization segment is complete
         * @throws IOException when the file cannot be read, or is not a fragmented MP4
         */
        Fragments read() throws IOException {
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
                long end = channel.size();
                for (Mp4Box.Place box = Mp4Box.place(channel, offset, end);
                        box != null;
                        box = Mp4Box.place(channel, offset, end)) {
                    take(channel, box);
                    offset = box.end();
                }
            }
            return moov == null ? null : described(head, moov, fragments);
        }

        private void take(FileChannel channel, Mp4Box.Place box) throws IOException {
            switch (box.type()) {
                case "ftyp", "moov" -> {
                    head = (int) box.end();
                    moov = box.type().equals("moov") ? Mp4Box.read(channel, box) : moov;
                }
                case "moof" -> {
                    moof = Mp4Box.read(channel, box);
                    moofOffset = box.offset();
                }
                case "mdat" -> {
                    if (moof == null) {
                        throw new IOException("mdat before moof");
                    }
                    long data = box.offset() + box.header() - moofOffset;
                    fragments.add(fragment(moof, moofOffset, box.end() - moofOffset, data));
                    moof = null;
                }
                default -> {
                    // An index at the end of the file, which segments do not need.
                }
            }
        }
    }

    /**
     * The picture of a file without fragments.
     *
     * @param frames number of frames
     * @param parameters the parameter sets that initialize a decoder of H.264
     */
    record Picture(int frames, ByteBuffer parameters) {}

    /** @throws IOException when the file cannot be read, or its first track is not H.264 */
    static Picture picture(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            Mp4Box.Place box = Mp4Box.place(channel, 0, channel.size());
            while (box != null && !box.type().equals("moov")) {
                box = Mp4Box.place(channel, box.end(), channel.size());
            }
            if (box == null) {
                throw new IOException("no moov");
            }
            Mp4Box table = Mp4Box.read(channel, box).get("trak", "mdia", "minf", "stbl");
            ByteBuffer entries = table.get("stsd").content();
            int entry = Mp4Box.HEADER;
            Mp4Box picture = new Mp4Box(
                    Mp4Box.name(entries, entry + Integer.BYTES),
                    entries.slice(entry + PICTURE_ENTRY, entries.getInt(entry) - PICTURE_ENTRY));
            return new Picture(
                    table.get("stsz").content().getInt(8), picture.get("avcC").content());
        }
    }

    private static Fragments described(int head, Mp4Box moov, List<Fragment> fragments) throws IOException {
        Mp4Box media = moov.get("trak", "mdia");
        ByteBuffer times = media.get("mdhd").content().duplicate();
        boolean wide = times.get(0) == 1;
        long timescale = Integer.toUnsignedLong(times.getInt(wide ? 20 : 12));
        ByteBuffer entries = media.get("minf", "stbl", "stsd").content().duplicate();
        int entry = entries.position() + Mp4Box.HEADER;
        String codec = Mp4Box.name(entries, entry + 4);
        if (codec.equals("mp4a")) {
            return new Fragments(head, timescale, AAC, 0, 0, List.copyOf(fragments));
        }
        if (!codec.equals("avc1")) {
            throw new IOException("a track of " + codec);
        }
        Mp4Box picture = new Mp4Box(codec, entries.slice(entry + PICTURE_ENTRY, entries.getInt(entry) - PICTURE_ENTRY));
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

    /** @param data offset of the samples, unless the run has one */
    private static Fragment fragment(Mp4Box moof, long offset, long size, long data) throws IOException {
        Mp4Box track = moof.get("traf");
        ByteBuffer decoded = track.get("tfdt").content();
        long start = decoded.get(0) == 1 ? decoded.getLong(4) : Integer.toUnsignedLong(decoded.getInt(4));
        ByteBuffer header = track.get("tfhd").content();
        long usual = usual(header.duplicate(), DURATION);
        ByteBuffer run = track.get("trun").content().duplicate();
        int flags = run.getInt() & 0xffffff;
        int samples = run.getInt();
        long first = (flags & 0x1) != 0 ? run.getInt() : data;
        run.position(run.position() + ((flags & 0x4) != 0 ? 4 : 0));
        int more = Integer.bitCount(flags & 0xe00) * 4;
        long firstSize = (flags & 0x200) == 0
                ? usual(header.duplicate(), SIZE)
                : Integer.toUnsignedLong(run.getInt(run.position() + ((flags & 0x100) != 0 ? 4 : 0)));
        long duration = 0;
        for (int sample = 0; sample < samples; sample++) {
            duration += (flags & 0x100) == 0 ? usual : Integer.toUnsignedLong(run.getInt());
            run.position(run.position() + more);
        }
        return new Fragment(offset, size, start, duration, samples, first + firstSize);
    }

    /**
     * Returns the default of a fragment's samples, {@link #DURATION} or {@link #SIZE}, for a run that does not have it.
     */
    private static long usual(ByteBuffer tfhd, int flag) {
        int flags = tfhd.getInt() & 0xffffff;
        int before = 4 + ((flags & 0x1) != 0 ? 8 : 0) + Integer.bitCount(flags & (flag - 1) & 0xa) * 4;
        tfhd.position(tfhd.position() + before);
        return (flags & flag) != 0 ? Integer.toUnsignedLong(tfhd.getInt()) : 0;
    }
}
