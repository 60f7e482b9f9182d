package caravana.worker.media;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Damages files in the ways in which broken programs, disks and attackers do. */
final class MediaMutations {

    /** Values at which arithmetic on sizes, numbers and offsets goes wrong. */
    private static final int[] EXTREMES = {
        0, 1, 0x7f, 0xff, 0x7fff, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff, 0x10000000
    };

    /** How many bytes at the beginning are taken for headers. */
    private static final int HEADERS = 4_096;

    /** By which containers call codecs, those included that ffmpeg decodes and cannot make. */
    private static final List<String> NAMES = List.of(
            "avc1", "hvc1", "hev1", "av01", "mp4v", "apcn", "apch", "ap4h", "AVdh", "FMP4", "XVID", "MJPG", "jpeg",
            "WMV1", "WMV2", "WMV3", "WVC1", "VP61", "VP62", "VP6F", "MPG4", "MP42", "MP43", "DIV3", "H263", "s263",
            "FLV1", "cvid", "HFYU", "FFVH", "FFV1", "rle ", "raw ", "dvsd", "dvcp", "VP80", "VP90", "UYVY", "mp4a",
            "sowt", "ac-3");

    /**
     * A damaged file.
     *
     * @param how for people
     */
    record Mutation(String how, byte[] file) {}

    private MediaMutations() {}

    /**
     * Damages a file.
     *
     * @param other another file, of which a part may be put into it
     * @param seed by which it is damaged
     */
    static Mutation of(byte[] file, byte[] other, long seed) {
        Random random = new Random(seed);
        return switch (random.nextInt(9)) {
            case 0 -> new Mutation("cut off", Arrays.copyOf(file, random.nextInt(file.length)));
            case 1 -> new Mutation("a few bits", flipped(file, 1 + random.nextInt(10), 0, file.length, random));
            case 2 -> new Mutation("many bits", flipped(file, file.length / 50 + 10, 0, file.length, random));
            case 3 -> new Mutation("bits of headers", flipped(file, 1 + random.nextInt(8), 0, HEADERS, random));
            case 4 -> new Mutation("fields of headers", withFields(file, 0, HEADERS, random));
            // The index of many files is at their end.
            case 5 -> new Mutation("fields of the end", withFields(file, file.length - HEADERS, file.length, random));
            case 6 -> new Mutation("a part zeroed", zeroed(file, random));
            case 7 -> new Mutation("a part of another file", spliced(file, other, random));
            default -> new Mutation("another codec's name", renamed(file, random));
        };
    }

    private static byte[] flipped(byte[] file, int times, int from, int to, Random random) {
        byte[] flipped = file.clone();
        int length = Math.min(to, file.length) - from;
        for (int i = 0; i < times; i++) {
            flipped[from + random.nextInt(length)] ^= (byte) (1 << random.nextInt(8));
        }
        return flipped;
    }

    private static byte[] withFields(byte[] file, int from, int to, Random random) {
        byte[] changed = file.clone();
        int begin = Math.max(0, from);
        int length = Math.min(to, file.length) - begin;
        for (int i = 1 + random.nextInt(4); i > 0; i--) {
            int value = random.nextBoolean() ? EXTREMES[random.nextInt(EXTREMES.length)] : random.nextInt();
            int bytes = 1 << random.nextInt(3);
            int at = begin + random.nextInt(length);
            for (int k = 0; k < bytes && at + k < changed.length; k++) {
                changed[at + k] = (byte) (value >> 8 * (bytes - 1 - k));
            }
        }
        return changed;
    }

    private static byte[] zeroed(byte[] file, Random random) {
        byte[] zeroed = file.clone();
        int from = random.nextInt(file.length);
        Arrays.fill(zeroed, from, Math.min(file.length, from + 1 + random.nextInt(file.length / 3 + 1)), (byte) 0);
        return zeroed;
    }

    private static byte[] spliced(byte[] file, byte[] other, Random random) {
        int from = random.nextInt(file.length);
        int length = random.nextInt(Math.min(other.length, 8_192));
        int begin = random.nextInt(other.length - length);
        byte[] part = Arrays.copyOfRange(other, begin, begin + length);
        // In its place or between its bytes.
        int resumed = random.nextBoolean() ? from : Math.min(file.length, from + length);
        return MediaKind.joined(Arrays.copyOf(file, from), part, Arrays.copyOfRange(file, resumed, file.length));
    }

    /** The decoder of one codec gets the pictures of another. */
    private static byte[] renamed(byte[] file, Random random) {
        byte[] renamed = file.clone();
        String text = new String(file, StandardCharsets.ISO_8859_1);
        String to = NAMES.get(random.nextInt(NAMES.size()));
        for (String from : NAMES) {
            for (int at = text.indexOf(from); at >= 0; at = text.indexOf(from, at + 4)) {
                Boxes.put(renamed, at, to.getBytes(StandardCharsets.ISO_8859_1));
            }
        }
        return renamed;
    }
}
