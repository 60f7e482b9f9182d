package caravana.worker.media;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Changes single fields of media files, which no program writes on purpose. */
final class Boxes {

    private static final int TS_PACKET = 188;
    private static final int HEVC_IN_TS = 0x24;

    private Boxes() {}

    /** Where a text is first found. */
    static int find(byte[] file, String text) {
        return find(file, text, 0);
    }

    /** @throws IllegalStateException when it is not found */
    static int find(byte[] file, String text, int from) {
        int at = new String(file, StandardCharsets.ISO_8859_1).indexOf(text, from);
        if (at < 0) {
            throw new IllegalStateException("There is no '" + text + "' in the file");
        }
        return at;
    }

    /** Replaces a text by one of the same length, wherever it is. */
    static byte[] renamed(byte[] file, String from, String to) {
        byte[] renamed = file.clone();
        String text = new String(file, StandardCharsets.ISO_8859_1);
        for (int at = find(file, from); at >= 0; at = text.indexOf(from, at + 1)) {
            put(renamed, at, to.getBytes(StandardCharsets.ISO_8859_1));
        }
        return renamed;
    }

    static void put(byte[] file, int at, byte[] bytes) {
        System.arraycopy(bytes, 0, file, at, bytes.length);
    }

    /** Sets the duration of every box with that name, {@code mvhd}, {@code tkhd} or {@code mdhd}. */
    static void setDurations(byte[] mp4, String box, int duration) {
        int place =
                switch (box) {
                    case "mvhd", "mdhd" -> 20;
                    default -> 24;
                };
        String text = new String(mp4, StandardCharsets.ISO_8859_1);
        for (int at = text.indexOf(box); at >= 0; at = text.indexOf(box, at + 4)) {
            ByteBuffer.wrap(mp4).putInt(at + place, duration);
        }
    }

    /** Sets how long the last frame of the first track is shown, in units of the track. The table must name it alone. */
    static void setLastFrame(byte[] mp4, int duration) {
        int at = find(mp4, "stts");
        ByteBuffer bytes = ByteBuffer.wrap(mp4);
        int last = at + 12 + 8 * (bytes.getInt(at + 8) - 1);
        if (bytes.getInt(last) != 1) {
            throw new IllegalStateException("The last entry of stts is for " + bytes.getInt(last) + " frames");
        }
        bytes.putInt(last + 4, duration);
    }

    /**
     * Takes the samples of a track out of its tables.
     *
     * @param track its place among the tracks, from 0
     */
    static byte[] withoutSamples(byte[] mp4, int track) {
        byte[] changed = mp4.clone();
        int trak = find(mp4, "trak", find(mp4, "moov"));
        for (int i = 0; i < track; i++) {
            trak = find(mp4, "trak", trak + 4);
        }
        ByteBuffer bytes = ByteBuffer.wrap(changed);
        for (String table : new String[] {"stts", "stsc", "stco"}) {
            bytes.putInt(find(mp4, table, trak) + 8, 0);
        }
        bytes.putInt(find(mp4, "stsz", trak) + 12, 0);
        return changed;
    }

    /** Mirrors the picture of the first track from left to right, or upside down. */
    static byte[] mirrored(byte[] mp4, boolean upsideDown) {
        return upsideDown ? withMatrix(mp4, 1, 0, 0, -1) : withMatrix(mp4, -1, 0, 0, 1);
    }

    /** Turns the picture of the first track clockwise by 90, 180 or 270 degrees, as a player shows it. */
    static byte[] turned(byte[] mp4, int degrees) {
        return switch (degrees) {
            case 90 -> withMatrix(mp4, 0, 1, -1, 0);
            case 180 -> withMatrix(mp4, -1, 0, 0, -1);
            default -> withMatrix(mp4, 0, -1, 1, 0);
        };
    }

    private static byte[] withMatrix(byte[] mp4, int a, int b, int c, int d) {
        byte[] changed = mp4.clone();
        int matrix = find(mp4, "tkhd") + 4 + 40;
        ByteBuffer bytes = ByteBuffer.wrap(changed);
        bytes.putInt(matrix, a << 16).putInt(matrix + 4, b << 16);
        bytes.putInt(matrix + 12, c << 16).putInt(matrix + 16, d << 16);
        return changed;
    }

    /**
     * Says of the video track that it is Dolby Vision.
     *
     * @param mp4 with its index at the end
     * @param sampleEntry such as {@code hvc1}
     * @param profile of Dolby Vision
     * @param compatibility what its base layer is compatible with; 0 for nothing
     */
    static byte[] withDolbyVision(byte[] mp4, String sampleEntry, int profile, int compatibility) {
        ByteBuffer box = ByteBuffer.allocate(32);
        box.putInt(32).put((profile > 7 ? "dvvC" : "dvcC").getBytes(StandardCharsets.US_ASCII));
        int level = 1;
        box.put((byte) 1).put((byte) 0).putShort((short) (profile << 9 | level << 3 | 0b101));
        box.put((byte) (compatibility << 4));
        int moov = find(mp4, "moov") - 4;
        int entry = find(mp4, sampleEntry, find(mp4, "stsd")) - 4;
        int end = entry + ByteBuffer.wrap(mp4).getInt(entry);
        byte[] changed = joined(Arrays.copyOf(mp4, end), box.array(), Arrays.copyOfRange(mp4, end, mp4.length));
        ByteBuffer bytes = ByteBuffer.wrap(changed);
        int trak = trackAround(mp4, moov, entry);
        for (int parent : new int[] {
            moov,
            trak,
            find(mp4, "mdia", trak) - 4,
            find(mp4, "minf", trak) - 4,
            find(mp4, "stbl", trak) - 4,
            find(mp4, "stsd", trak) - 4,
            entry
        }) {
            bytes.putInt(parent, bytes.getInt(parent) + box.capacity());
        }
        return changed;
    }

    /**
     * Says of the HEVC track of a transport stream that it is Dolby Vision.
     *
     * @param ts whose tables are in PID 0x1000, as ffmpeg writes them
     * @param profile of Dolby Vision
     * @param compatibility what its base layer is compatible with; 0 for nothing
     */
    static byte[] withDolbyVisionInStream(byte[] ts, int profile, int compatibility) {
        byte[] changed = ts.clone();
        byte[] descriptor = dolbyVisionDescriptor(profile, compatibility);
        for (int packet = 0; packet + TS_PACKET <= ts.length; packet += TS_PACKET) {
            if ((ts[packet + 1] & 0x5f) == 0x50 && ts[packet + 2] == 0) {
                addDescriptor(changed, packet + 5, descriptor);
            }
        }
        return changed;
    }

    private static byte[] dolbyVisionDescriptor(int profile, int compatibility) {
        int fields = profile << 9 | 1 << 3 | 0b101;
        return new byte[] {(byte) 0xb0, 5, 1, 0, (byte) (fields >> 8), (byte) fields, (byte) (compatibility << 4)};
    }

    /** @param table where a program map table begins, behind which there is room in its packet */
    private static void addDescriptor(byte[] ts, int table, byte[] descriptor) {
        ByteBuffer bytes = ByteBuffer.wrap(ts);
        int length = bytes.getShort(table + 1) & 0xfff;
        int stream = table + 12 + (bytes.getShort(table + 10) & 0xfff);
        while (ts[stream] != HEVC_IN_TS) {
            stream += 5 + (bytes.getShort(stream + 3) & 0xfff);
        }
        int end = stream + 5 + (bytes.getShort(stream + 3) & 0xfff);
        int checksum = table + 3 + length - 4;
        System.arraycopy(ts, end, ts, end + descriptor.length, checksum - end);
        put(ts, end, descriptor);
        bytes.putShort(stream + 3, (short) (bytes.getShort(stream + 3) + descriptor.length));
        bytes.putShort(table + 1, (short) (bytes.getShort(table + 1) + descriptor.length));
        checksum += descriptor.length;
        bytes.putInt(checksum, crc(ts, table, checksum));
    }

    /** As the tables of transport streams have it. */
    private static int crc(byte[] bytes, int from, int to) {
        int crc = -1;
        for (int i = from; i < to; i++) {
            crc ^= bytes[i] << 24;
            for (int bit = 0; bit < 8; bit++) {
                crc = crc << 1 ^ (crc < 0 ? 0x04c11db7 : 0);
            }
        }
        return crc;
    }

    private static int trackAround(byte[] mp4, int moov, int place) {
        int trak = -1;
        String text = new String(mp4, StandardCharsets.ISO_8859_1);
        for (int at = text.indexOf("trak", moov); at >= 0 && at < place; at = text.indexOf("trak", at + 4)) {
            trak = at - 4;
        }
        return trak;
    }

    /** Sets the length in the header of a Matroska file, in its units of a millisecond. */
    static byte[] withMatroskaDuration(byte[] mkv, double millis) {
        byte[] changed = mkv.clone();
        int at = find(mkv, "\u0044\u0089\u0088");
        ByteBuffer.wrap(changed).putDouble(at + 3, millis);
        return changed;
    }

    /** Sets the length in the metadata of an FLV file, in seconds. */
    static byte[] withFlvDuration(byte[] flv, double seconds) {
        byte[] changed = flv.clone();
        ByteBuffer.wrap(changed).putDouble(find(flv, "duration\0") + 9, seconds);
        return changed;
    }

    /** Multiplies the numbers of frames in the headers of an AVI file. */
    static byte[] withAviFrames(byte[] avi, int factor) {
        byte[] changed = avi.clone();
        for (int at : new int[] {find(avi, "avih") + 8 + 16, find(avi, "strh") + 8 + 32}) {
            int frames = Integer.reverseBytes(ByteBuffer.wrap(avi).getInt(at));
            ByteBuffer.wrap(changed).putInt(at, Integer.reverseBytes(frames * factor));
        }
        return changed;
    }

    /** Moves one time in the middle of the sound of an MPEG stream, in seconds. */
    static byte[] withSoundTime(byte[] mpeg, double by) {
        List<Integer> times = new ArrayList<>();
        for (int at = 0; at + 14 < mpeg.length; at++) {
            boolean begins = mpeg[at] == 0 && mpeg[at + 1] == 0 && mpeg[at + 2] == 1 && (mpeg[at + 3] & 0xe0) == 0xc0;
            if (begins && (mpeg[at + 6] & 0xc0) == 0x80 && (mpeg[at + 7] & 0x80) != 0) {
                times.add(at + 9);
            }
        }
        int place = times.get(times.size() / 2);
        long clock = (mpeg[place] >> 1 & 7L) << 30
                | (mpeg[place + 1] & 0xffL) << 22
                | (mpeg[place + 2] & 0xfeL) << 14
                | (mpeg[place + 3] & 0xffL) << 7
                | (mpeg[place + 4] & 0xfeL) >> 1;
        clock += Math.round(by * 90_000);
        mpeg[place] = (byte) (mpeg[place] & 0xf1 | clock >> 29 & 0x0e);
        mpeg[place + 1] = (byte) (clock >> 22);
        mpeg[place + 2] = (byte) (clock >> 14 | 1);
        mpeg[place + 3] = (byte) (clock >> 7);
        mpeg[place + 4] = (byte) (clock << 1 | 1);
        return mpeg;
    }

    private static byte[] joined(byte[]... parts) {
        return MediaKind.joined(parts);
    }
}
