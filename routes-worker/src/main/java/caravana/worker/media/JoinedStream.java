package caravana.worker.media;

import caravana.worker.media.VideoParts.Part;
import caravana.worker.media.VideoParts.Stored;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The renditions of a video that is encoded in parts. Their files grow as those of one run do: each part is appended when
 * all parts before it are, so that segments can be cut from them in the same way. Fragments have the times of the whole,
 * and all parts begin with the same bytes.
 *
 * <p>The publisher's thread appends; the job's thread plans, and reads the rest at the end.
 */
final class JoinedStream {

    private static final Logger log = LoggerFactory.getLogger(JoinedStream.class);

    /** The rendition of one file, to which fragments are appended. */
    private static final class Whole {

        private final Path file;
        private byte[] head;
        private long end;
        private Path source;
        private Fragments.Reader reader;

        Whole(Path file) {
            this.file = file;
        }
    }

    private final PlannedLadder ladder;
    private final Map<String, Whole> wholes = new LinkedHashMap<>();
    private List<Part> parts = List.of();
    private int next;
    private Part first;
    private boolean soundEnded;
    private boolean inOneRun;
    private String fault;

    /** @param ladder whose files are the ones to which parts are appended */
    JoinedStream(PlannedLadder ladder) {
        this.ladder = ladder;
        ladder.files().forEach((name, file) -> wholes.put(name, new Whole(file)));
    }

    /** Returns the renditions of a part, whose sound is only the beginning of the sound. */
    PlannedLadder ofPart(Part part) {
        return ladder.inFiles(name -> part.fileName(name));
    }

    /** Returns the renditions of a run that makes the whole video after all. */
    PlannedLadder ofOneRun() {
        return ladder.inFiles(name -> "again-" + name + ".mp4");
    }

    /** Returns the renditions whose file of the sound gets the whole sound. */
    PlannedLadder ofWholeSound() {
        return ladder.inFiles(name -> "whole-" + name + ".mp4");
    }

    PlannedLadder ladder() {
        return ladder;
    }

    /** Returns whether anything may have been appended. */
    synchronized boolean isBegun() {
        return first != null || !parts.isEmpty();
    }

    /** Begins with the first part, whose segments are published while it is encoded. */
    synchronized void begin(Part part) {
        first = part;
    }

    /** Sets the parts, when they are known. */
    synchronized void plan(List<Part> planned) {
        parts = List.copyOf(planned);
    }

    /** Continues with the files of a run that makes the whole video, behind what was appended. */
    synchronized void continueInOneRun() {
        inOneRun = true;
        fault = null;
    }

    /** Notes that the whole sound is encoded. */
    synchronized void endSound() {
        soundEnded = true;
    }

    /** Returns what is wrong with a part; null when nothing is. */
    synchronized String fault() {
        return fault;
    }

    /** Returns whether parts are planned, and some are not appended yet. */
    synchronized boolean isAwaited() {
        return !inOneRun && fault == null && next < parts.size();
    }

    /**
     * Returns the files of other workers' parts that come next and are done. A part of this claim is appended without
     * being fetched.
     *
     * @param rows of all parts by their numbers, as list-parts.sql returns them; none when the plan is another claim's
     */
    synchronized List<Stored> missing(List<Map<String, Object>> rows) throws IOException {
        List<Stored> missing = new ArrayList<>();
        while (isAwaited() && next < rows.size() && "done".equals(rows.get(next).get("part_state"))) {
            Map<String, Object> row = rows.get(next);
            if (!Boolean.TRUE.equals(row.get("is_own"))) {
                missing.addAll(Stored.of(parts.get(next), row, names()));
                break;
            }
            appendPart();
        }
        return missing;
    }

    /** Compares a downloaded part with its row, and appends it. */
    synchronized void take(List<Stored> fetched) throws IOException {
        if (fetched.isEmpty() || !isAwaited()) {
            return;
        }
        if (VideoParts.isAsStored(fetched)) {
            appendPart();
        } else {
            fail(next, "other bytes than were stored");
        }
    }

    private void appendPart() throws IOException {
        Part part = parts.get(next);
        for (String name : names()) {
            Path source = part.file(name);
            append(name, source, true);
            // What is appended is also in the bucket.
            Files.deleteIfExists(source);
        }
        next++;
    }

    private List<String> names() {
        return ladder.withoutSound().files().keySet().stream().toList();
    }

    /** Appends what is complete of the files that are being written: of the first part, of one run, and of the sound. */
    synchronized void append() throws IOException {
        if (inOneRun) {
            for (Map.Entry<String, Path> file : ofOneRun().files().entrySet()) {
                append(file.getKey(), file.getValue(), false);
            }
            return;
        }
        if (first != null && next == 0) {
            for (String name : names()) {
                append(name, first.file(name), false);
            }
        }
        if (wholes.containsKey(MadeStream.SOUND)) {
            Path sound = ofWholeSound().sound();
            if (Files.exists(sound)) {
                append(MadeStream.SOUND, sound, soundEnded);
            } else if (first != null) {
                append(MadeStream.SOUND, first.file(MadeStream.SOUND), false);
            }
        }
    }

    /**
     * Appends all the rest, when nothing is being written any more.
     *
     * @throws OutputInvalidException when the files do not continue one another
     */
    synchronized void finish() throws IOException {
        Map<String, Path> rest = new LinkedHashMap<>();
        if (inOneRun) {
            rest.putAll(ofOneRun().files());
        } else if (ladder.sound() != null) {
            rest.put(MadeStream.SOUND, ofWholeSound().sound());
        }
        for (Map.Entry<String, Path> file : rest.entrySet()) {
            append(file.getKey(), file.getValue(), true);
            Files.deleteIfExists(file.getValue());
        }
        if (fault != null) {
            throw new OutputInvalidException("The renditions have " + fault);
        }
    }

    /**
     * Appends the fragments behind those that were appended. A segment of the picture is appended when it is complete: a
     * run that continues it from another file begins with a segment.
     */
    private void append(String name, Path source, boolean isFinished) throws IOException {
        Whole whole = wholes.get(name);
        if (fault != null || !Files.exists(source)) {
            return;
        }
        // A part that was downloaded may replace one that this claim has begun.
        if (isFinished || !source.equals(whole.source)) {
            whole.source = source;
            whole.reader = new Fragments.Reader(source);
        }
        Fragments made = whole.reader.read();
        if (made == null) {
            return;
        }
        byte[] head = head(source, made);
        if (whole.head == null) {
            Files.write(whole.file, head);
            whole.head = head;
        } else if (!Arrays.equals(head, whole.head)) {
            fail(next, "other initialization bytes in " + name);
            return;
        }
        List<Fragments.Fragment> some = made.fragments().stream()
                .filter(each -> each.start() >= whole.end)
                .toList();
        if (!isFinished) {
            some = some.subList(0, complete(some, made.timescale(), name.equals(MadeStream.SOUND)));
        }
        if (some.isEmpty()) {
            return;
        }
        if (some.get(0).start() != whole.end) {
            fail(next, "frames from " + some.get(0).start() + " on instead of " + whole.end + " in " + name);
            return;
        }
        try (FileChannel in = FileChannel.open(source);
                FileChannel out = FileChannel.open(whole.file, StandardOpenOption.APPEND)) {
            for (Fragments.Fragment each : some) {
                for (long done = 0; done < each.bytes(); ) {
                    done += in.transferTo(each.offset() + done, each.bytes() - done, out);
                }
                whole.end = each.start() + each.duration();
            }
        }
    }

    /**
     * Returns how many of the fragments are complete. Those of a sound have a second; the last one may be cut off. Those of the
     * picture must end with a segment.
     */
    private int complete(List<Fragments.Fragment> fragments, long timescale, boolean sound) {
        int complete = fragments.size();
        if (sound) {
            return complete > 0 && fragments.get(complete - 1).duration() < timescale ? complete - 1 : complete;
        }
        while (complete > 0 && !ladder.ends(fragments.get(complete - 1), timescale)) {
            complete--;
        }
        return complete;
    }

    private static byte[] head(Path source, Fragments made) throws IOException {
        try (InputStream in = Files.newInputStream(source)) {
            return in.readNBytes(made.head());
        }
    }

    private void fail(int number, String why) {
        log.warn("Part {} has {}", number, why);
        fault = why;
    }
}
