package caravana.worker.media;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.function.ToIntFunction;

/**
 * Finished renditions, cut into segments, as their rows store them.
 *
 * @param folder prefix of the keys of their objects, with a slash at the end
 * @param renditions those of the picture, the lowest first, then that of the sound
 * @param objects the objects that are not stored yet
 * @param sha256 digest of all objects, one after the other
 */
@JsonNaming(SnakeCaseStrategy.class)
public record MadeStream(
        @JsonIgnore String folder,
        List<Rendition> renditions,
        @JsonIgnore List<StoredFile> objects,
        @JsonIgnore String sha256) {

    static final String SOUND = "sound";

    /**
     * The length in seconds from which a segment counts for the peak of the bit rate (RFC 8216, 4.3.4.2). A shorter one
     * counts together with the next one.
     */
    private static final double COUNTED = 2;

    /**
     * One rendition.
     *
     * @param name name of the rendition, unique among the video's renditions
     * @param codecs codecs parameter of RFC 6381
     * @param width of the picture in pixels; null for sound
     * @param height of the picture in pixels; null for sound
     * @param frameRate frames per second; null for sound
     * @param peakBitRate bits per second of the segment with the highest bit rate
     * @param averageBitRate bits per second of all segments together
     * @param keyBitRate highest bits per second of the first frames of segments; null for sound
     * @param targetSeconds length of the longest segments; the first two and the last may be shorter
     * @param segments the initialization segment, without length, and the segments in their order
     */
    @JsonNaming(SnakeCaseStrategy.class)
    public record Rendition(
            String name,
            String codecs,
            Integer width,
            Integer height,
            Double frameRate,
            long peakBitRate,
            long averageBitRate,
            Long keyBitRate,
            double targetSeconds,
            List<Segment> segments) {}

    /**
     * One object.
     *
     * @param number 0 for the initialization segment; segments from 1 on
     * @param seconds length of the segment
     * @param bytes size of the object
     * @param keyBytes bytes from its beginning to the end of its first frame; null for sound, and for the
     *     initialization segment
     */
    @JsonNaming(SnakeCaseStrategy.class)
    public record Segment(int number, double seconds, long bytes, Long keyBytes) {

        /** Returns the part of a segment that a player fetches to show only its first frame. */
        private Segment key() {
            return new Segment(number, seconds, keyBytes, keyBytes);
        }
    }

    /**
     * Cuts the files of a run into segments, and deletes the files.
     *
     * @param frames number of frames of the video, which each rendition of the picture must have
     * @param stored returns how many objects of a rendition are stored and listed already
     * @throws OutputInvalidException when a rendition has another number of frames, or its segments begin elsewhere
     * @throws IOException when a file cannot be read, or a segment cannot be written
     */
    static MadeStream of(PlannedLadder ladder, long frames, ToIntFunction<String> stored) throws IOException {
        List<Rendition> renditions = new ArrayList<>();
        List<StoredFile> objects = new ArrayList<>();
        MessageDigest digest = OriginalDigest.sha256();
        Fragments below = null;
        for (PlannedLadder.Rung rung : ladder.rungs()) {
            Fragments fragments = Fragments.read(rung.file());
            check(rung, fragments, frames, ladder);
            if (isKept(fragments, below)) {
                List<Piece> pieces = pieces(fragments, ladder, false);
                objects.addAll(write(ladder, rung.name(), rung.file(), pieces, stored.applyAsInt(rung.name()), digest));
                renditions.add(rendition(rung.name(), fragments, pieces, ladder));
            }
            Files.delete(rung.file());
            below = fragments;
        }
        if (ladder.sound() != null) {
            Fragments sound = Fragments.read(ladder.sound());
            // If nothing can be decoded after the beginning, no rendition remains.
            if (!sound.fragments().isEmpty()) {
                List<Piece> pieces = pieces(sound, ladder, true);
                objects.addAll(write(ladder, SOUND, ladder.sound(), pieces, stored.applyAsInt(SOUND), digest));
                renditions.add(rendition(SOUND, sound, pieces, ladder));
            }
            Files.delete(ladder.sound());
        }
        return new MadeStream(
                ladder.name() + "/",
                List.copyOf(renditions),
                List.copyOf(objects),
                HexFormat.of().formatHex(digest.digest()));
    }

    /**
     * Returns whether a rendition is kept. When filters reduce the picture, several renditions may have the same
     * height, of which one is kept.
     *
     * @param below the previous rendition; null for none
     */
    static boolean isKept(Fragments rung, Fragments below) {
        return below == null || rung.height() > below.height();
    }

    private static void check(PlannedLadder.Rung rung, Fragments made, long frames, PlannedLadder ladder) {
        long found =
                made.fragments().stream().mapToLong(Fragments.Fragment::samples).sum();
        if (found != frames) {
            throw new OutputInvalidException(
                    "The rendition " + rung.name() + " has " + found + " frames instead of " + frames);
        }
        long boundaries = made.fragments().stream()
                .filter(each -> ladder.begins(each, made.timescale()))
                .count();
        long segments = ladder.segments(frames);
        if (boundaries != segments) {
            throw new OutputInvalidException(
                    "The rendition " + rung.name() + " has " + boundaries + " segments instead of " + segments);
        }
    }

    /**
     * A part of a file that becomes an object.
     *
     * @param samples number of frames, or of blocks of sound
     */
    record Piece(long offset, Segment segment, int samples) {}

    /**
     * Returns the pieces into which a file is cut. The last piece of a file that is being written may be incomplete.
     */
    static List<Piece> pieces(Fragments made, PlannedLadder ladder, boolean sound) {
        List<Piece> pieces = new ArrayList<>();
        pieces.add(new Piece(0, new Segment(0, 0, made.head(), null), 0));
        List<Fragments.Fragment> fragments = made.fragments();
        for (int first = 0; first < fragments.size(); ) {
            int next = first + 1;
            while (next < fragments.size() && !begins(fragments, next, made.timescale(), ladder, sound)) {
                next++;
            }
            List<Fragments.Fragment> together = fragments.subList(first, next);
            long bytes = together.stream().mapToLong(Fragments.Fragment::bytes).sum();
            long duration =
                    together.stream().mapToLong(Fragments.Fragment::duration).sum();
            double seconds = duration / (double) made.timescale();
            pieces.add(new Piece(
                    together.get(0).offset(),
                    new Segment(
                            pieces.size(),
                            seconds,
                            bytes,
                            sound ? null : together.get(0).keyBytes()),
                    together.stream().mapToInt(Fragments.Fragment::samples).sum()));
            first = next;
        }
        return pieces;
    }

    private static boolean begins(
            List<Fragments.Fragment> fragments, int place, long timescale, PlannedLadder ladder, boolean sound) {
        return sound
                ? ladder.beginsSound(fragments.get(place - 1), fragments.get(place), timescale)
                : ladder.begins(fragments.get(place), timescale);
    }

    private static Rendition rendition(String name, Fragments made, List<Piece> pieces, PlannedLadder ladder) {
        boolean sound = name.equals(SOUND);
        List<Segment> segments = pieces.stream().map(Piece::segment).toList();
        List<Segment> media = segments.subList(1, segments.size());
        return new Rendition(
                name,
                made.codecs(),
                sound ? null : made.width(),
                sound ? null : made.height(),
                sound ? null : ladder.rate().perSecond(),
                peak(media),
                bitRate(media),
                sound ? null : peak(media.stream().map(Segment::key).toList()),
                ladder.segmentSeconds(),
                segments);
    }

    /**
     * Copies the pieces from the last to the first, and truncates the file after each copy, so that the disk needs room
     * for only one more piece.
     */
    private static List<StoredFile> write(
            PlannedLadder ladder, String name, Path file, List<Piece> pieces, int stored, MessageDigest digest)
            throws IOException {
        List<StoredFile> written = new ArrayList<>();
        Path folder = Files.createDirectories(file.resolveSibling(ladder.name()).resolve(name));
        Piece last = pieces.get(pieces.size() - 1);
        try (FileChannel whole = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            whole.truncate(last.offset() + last.segment().bytes());
            digest(file, digest);
            for (int number = pieces.size() - 1; number >= stored; number--) {
                Piece piece = pieces.get(number);
                written.add(0, write(ladder, name, whole, piece, folder));
                whole.truncate(piece.offset());
            }
        }
        return written;
    }

    /** Copies a piece into a separate file. */
    static StoredFile write(PlannedLadder ladder, String name, FileChannel whole, Piece piece, Path folder)
            throws IOException {
        File segment = folder.resolve(piece.segment().number() + ".mp4").toFile();
        copy(whole, piece, segment);
        return new StoredFile(
                ladder.name() + "/" + name + "/" + segment.getName(),
                name.equals(SOUND) ? "audio/mp4" : "video/mp4",
                segment);
    }

    private static void digest(Path file, MessageDigest digest) throws IOException {
        try (InputStream in = new DigestInputStream(Files.newInputStream(file), digest)) {
            in.transferTo(OutputStream.nullOutputStream());
        }
    }

    private static void copy(FileChannel whole, Piece piece, File segment) throws IOException {
        long bytes = piece.segment().bytes();
        try (FileChannel out = FileChannel.open(
                segment.toPath(),
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.WRITE)) {
            for (long done = 0; done < bytes; ) {
                done += whole.transferTo(piece.offset() + done, bytes - done, out);
            }
        }
    }

    /**
     * Returns the highest bit rate of segments. A short segment at the beginning or at the end counts together with the
     * one beside it.
     */
    private static long peak(List<Segment> segments) {
        int last = segments.size() - 1;
        if (last > 0 && segments.get(0).seconds() < COUNTED) {
            return Math.max(peak(segments.subList(1, last + 1)), bitRate(segments.subList(0, 2)));
        }
        if (last == 0 || segments.get(last).seconds() >= COUNTED) {
            return segments.stream()
                    .mapToLong(segment -> bitRate(List.of(segment)))
                    .max()
                    .orElse(0);
        }
        return Math.max(peak(segments.subList(0, last)), bitRate(segments.subList(last - 1, last + 1)));
    }

    private static long bitRate(List<Segment> segments) {
        long bytes = segments.stream().mapToLong(Segment::bytes).sum();
        double seconds = segments.stream().mapToDouble(Segment::seconds).sum();
        return Math.round(bytes * Byte.SIZE / seconds);
    }

    /** Returns the highest rendition of the picture. */
    Rendition highest() {
        return renditions.stream()
                .filter(rendition -> rendition.height() != null)
                .reduce((lower, higher) -> higher)
                .orElseThrow();
    }

    /** Returns the size of all objects in bytes. */
    long bytes() {
        return renditions.stream()
                .flatMap(rendition -> rendition.segments().stream())
                .mapToLong(Segment::bytes)
                .sum();
    }
}
