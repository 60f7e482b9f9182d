package caravana.worker.media;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.io.File;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Renditions that are made and cut into segments, as their rows have them.
 *
 * @param folder what the keys of their objects have in front, with a slash
 * @param renditions those of the picture, the lowest first, and that of the sound
 */
@JsonNaming(SnakeCaseStrategy.class)
public record MadeStream(
        @JsonIgnore String folder,
        List<Rendition> renditions,
        @JsonIgnore List<StoredFile> objects) {

    private static final String SOUND = "sound";

    /** Seconds, of which a segment must have as many to count alone as the peak of the bit rate (RFC 8216, 4.3.4.2). */
    private static final double COUNTED = 2;

    /**
     * One rendition.
     *
     * @param name its own among them
     * @param codecs as RFC 6381 has it
     * @param width of the picture in pixels; null for sound
     * @param height of the picture in pixels; null for sound
     * @param frameRate frames per second; null for sound
     * @param peakBitRate of the segment that has the most bits per second
     * @param averageBitRate of all
     * @param segments what initialises a decoder, of no length, and the segments in their order
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
            List<Segment> segments) {}

    /**
     * One object.
     *
     * @param number 0 for what initialises a decoder; the segments from 1 on
     * @param seconds its length
     * @param bytes its size
     */
    public record Segment(int number, double seconds, long bytes) {}

    /**
     * Cuts what a run has made, and deletes what was cut.
     *
     * @param frames that each rendition of the picture must have: those of the video
     * @throws OutputInvalidException when one of them has others, or its segments begin elsewhere
     * @throws IOException when one of them cannot be read, or a segment not written
     */
    static MadeStream of(PlannedLadder ladder, long frames) throws IOException {
        MadeStream made = new MadeStream(ladder.name() + "/", new ArrayList<>(), new ArrayList<>());
        Fragments below = null;
        for (PlannedLadder.Rung rung : ladder.rungs()) {
            Fragments fragments = Fragments.read(rung.file());
            check(rung, fragments, frames, ladder);
            // What the filters have made smaller than it was planned has the same height more than once.
            if (below == null || fragments.height() > below.height()) {
                made.cut(rung.name(), rung.file(), fragments, ladder);
            }
            Files.delete(rung.file());
            below = fragments;
        }
        if (ladder.sound() != null) {
            Fragments sound = Fragments.read(ladder.sound());
            // What cannot be decoded after its beginning leaves nothing.
            if (!sound.fragments().isEmpty()) {
                made.cut(SOUND, ladder.sound(), sound, ladder);
            }
            Files.delete(ladder.sound());
        }
        return made;
    }

    private static void check(PlannedLadder.Rung rung, Fragments made, long frames, PlannedLadder ladder) {
        long found =
                made.fragments().stream().mapToLong(Fragments.Fragment::samples).sum();
        if (found != frames) {
            throw new OutputInvalidException(
                    "The rendition " + rung.name() + " has " + found + " frames instead of " + frames);
        }
        long boundaries = made.fragments().stream()
                .filter(each -> begins(each, made, ladder))
                .count();
        long segments = (frames + ladder.segmentFrames() - 1) / ladder.segmentFrames();
        if (boundaries != segments) {
            throw new OutputInvalidException(
                    "The rendition " + rung.name() + " has " + boundaries + " segments instead of " + segments);
        }
    }

    /** Whether a segment of the picture begins there: a scene may begin in mid-segment, and has a fragment of its own. */
    private static boolean begins(Fragments.Fragment fragment, Fragments made, PlannedLadder ladder) {
        double frame = fragment.start() * ladder.rate().perSecond() / made.timescale();
        return Math.round(frame) % ladder.segmentFrames() == 0;
    }

    /** Part of a file that becomes an object. */
    private record Piece(long offset, Segment segment) {}

    private void cut(String name, Path file, Fragments made, PlannedLadder ladder) throws IOException {
        boolean sound = name.equals(SOUND);
        List<Piece> pieces = new ArrayList<>();
        pieces.add(new Piece(0, new Segment(0, 0, made.head())));
        List<Fragments.Fragment> fragments = made.fragments();
        for (int first = 0; first < fragments.size(); ) {
            int next = first + 1;
            while (!sound && next < fragments.size() && !begins(fragments.get(next), made, ladder)) {
                next++;
            }
            List<Fragments.Fragment> together = fragments.subList(first, next);
            long bytes = together.stream().mapToLong(Fragments.Fragment::bytes).sum();
            long duration =
                    together.stream().mapToLong(Fragments.Fragment::duration).sum();
            double seconds = duration / (double) made.timescale();
            pieces.add(new Piece(together.get(0).offset(), new Segment(pieces.size(), seconds, bytes)));
            first = next;
        }
        write(pieces, file, Files.createDirectories(file.resolveSibling(folder + name)), sound);
        List<Segment> segments = pieces.stream().map(Piece::segment).toList();
        List<Segment> media = segments.subList(1, segments.size());
        renditions.add(new Rendition(
                name,
                made.codecs(),
                sound ? null : made.width(),
                sound ? null : made.height(),
                sound ? null : ladder.rate().perSecond(),
                peak(media),
                bitRate(media),
                segments));
    }

    /** From the last one on, and what is copied is cut off: the disk needs room for one of them, and not for the file again. */
    private void write(List<Piece> pieces, Path file, Path target, boolean sound) throws IOException {
        List<StoredFile> stored = new ArrayList<>();
        try (FileChannel whole = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            for (int i = pieces.size() - 1; i >= 0; i--) {
                Piece piece = pieces.get(i);
                File segment = target.resolve(piece.segment().number() + ".mp4").toFile();
                copy(whole, piece, segment);
                whole.truncate(piece.offset());
                stored.add(new StoredFile(
                        folder + target.getFileName() + "/" + segment.getName(),
                        sound ? "audio/mp4" : "video/mp4",
                        segment));
            }
        }
        Collections.reverse(stored);
        objects.addAll(stored);
    }

    private static void copy(FileChannel whole, Piece piece, File segment) throws IOException {
        long bytes = piece.segment().bytes();
        try (FileChannel out =
                FileChannel.open(segment.toPath(), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            for (long done = 0; done < bytes; ) {
                done += whole.transferTo(piece.offset() + done, bytes - done, out);
            }
        }
    }

    /** A short segment at the end counts together with the one before it. */
    private static long peak(List<Segment> segments) {
        int last = segments.size() - 1;
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

    /** The highest rendition of the picture. */
    Rendition highest() {
        return renditions.stream()
                .filter(rendition -> rendition.height() != null)
                .reduce((lower, higher) -> higher)
                .orElseThrow();
    }

    /** Of all objects. */
    long bytes() {
        return renditions.stream()
                .flatMap(rendition -> rendition.segments().stream())
                .mapToLong(Segment::bytes)
                .sum();
    }
}
