package caravana.worker.media;

import caravana.worker.exec.ToolCommand;
import caravana.worker.job.ClaimLostException;
import caravana.worker.media.CutPoints.Key;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The parts of a video that several workers encode, and that are joined without another encoding. Each part is a range
 * of the result's frames; together they are all of its frames. When a part is not as expected, no parts are used: the
 * video is encoded in one run.
 */
public final class VideoParts {

    private static final Logger log = LoggerFactory.getLogger(VideoParts.class);

    /** The length of a result's segment in seconds. A part has a whole number of segments. */
    private static final int SEGMENT = 4;

    /**
     * The frames that are decoded and filtered before the first kept frame, because a frame of two fields is made from
     * its neighbours.
     */
    private static final int LEAD = 5;

    private static final String LIST = "parts.txt";

    private static final String ENDING = ".mp4";
    private static final String VIDEO = "video/mp4";

    /**
     * A range of frames.
     *
     * @param number of the part, from 0 on
     * @param from index of the first frame in the result
     * @param to index after the last frame; the last part continues as long as there are frames
     * @param isLast whether it is the last part
     * @param key the frame at which decoding begins; null for the beginning of the file
     * @param file path of the encoded part
     */
    record Part(int number, long from, long to, boolean isLast, Key key, Path file) {

        long frames() {
            return to - from;
        }

        /** Returns the name of the file of a rendition. */
        String fileName(String rendition) {
            return "part-" + number + "-" + rendition + ENDING;
        }

        /** Returns the path of the part of a rendition. */
        Path file(String rendition) {
            return file.resolveSibling(fileName(rendition));
        }
    }

    /**
     * A file of a part that another claim has stored.
     *
     * @param number of the part, from 0 on
     * @param key key of its object
     * @param file path to which it is downloaded
     * @param sha256 digest of all files of the part in hexadecimal digits
     */
    public record Stored(int number, String key, Path file, String sha256) {

        /**
         * Returns the files of a part: the video, then its renditions.
         *
         * @param row of the part, as list-parts.sql returns it
         */
        static List<Stored> of(Part part, Map<String, Object> row, List<String> renditions) {
            String key = (String) row.get("object_key");
            String digest = (String) row.get("sha256");
            List<Stored> files = new ArrayList<>(List.of(new Stored(part.number(), key, part.file(), digest)));
            for (String name : renditions) {
                String other = key.substring(0, key.length() - ENDING.length()) + "-" + name + ENDING;
                files.add(new Stored(part.number(), other, part.file(name), digest));
            }
            return files;
        }

        /** Returns the name of the file in the claim's folder. */
        public String fileName() {
            return file.getFileName().toString();
        }
    }

    private final List<Part> parts = new ArrayList<>();
    private final List<Stored> stored = new ArrayList<>();
    private final Path folder;
    private final JoinedStream stream;
    private CutPoints cuts;
    private ToolCommand command;
    private double zero;
    private String digest;
    private Part next;
    private Map<String, Object> made;
    private Part first;
    private String firstErrors;
    private boolean open;
    private boolean dropped;

    private VideoParts(Path folder, JoinedStream stream) {
        this.folder = folder;
        this.stream = stream;
    }

    /** Returns no parts: the video is encoded in one run. */
    static VideoParts none() {
        return new VideoParts(null, null);
    }

    /**
     * Returns parts of an original in which the places to cut are still unknown.
     *
     * @param stream the renditions; null for none
     */
    static VideoParts begin(Path folder, JoinedStream stream) {
        VideoParts parts = new VideoParts(folder, stream);
        parts.cuts = new CutPoints();
        return parts;
    }

    /** Returns the renditions; null for none. */
    JoinedStream stream() {
        return stream;
    }

    /**
     * Chooses the first part before the places to cut are known. It begins at the beginning of the file.
     *
     * @param firstShown when the first frame is shown, in seconds on the clock of the file
     */
    void beginEarly(double firstShown, PlannedResult result, int partSeconds) {
        zero = firstShown + result.startSeconds();
        first = new Part(0, 0, framesOf(result, partSeconds), false, null, file(0));
        next = first;
        stream.begin(first);
    }

    /** Returns whether the first part is encoded before the places to cut are known. */
    public boolean isEarly() {
        return first != null;
    }

    /** Notes that the first part is encoded. */
    void takeFirst(String errors) {
        firstErrors = errors;
    }

    /** Returns whether the chosen part is encoded already. */
    public boolean isEncoded() {
        return firstErrors != null && next.number() == 0;
    }

    private Path file(int number) {
        return folder.resolve("part-" + number + ENDING);
    }

    private static long framesOf(PlannedResult result, int partSeconds) {
        return Math.max(1, Math.round((double) partSeconds / SEGMENT))
                * result.frameRate().framesIn(SEGMENT);
    }

    /** Sets the run that finds where the original can be cut. */
    void setCommand(ToolCommand command) {
        this.command = command;
    }

    /** Returns the run that finds where the original can be cut. */
    public ToolCommand getCommand() {
        return command;
    }

    /** Returns whether the places to cut are still unknown. */
    public boolean isUnknown() {
        return cuts != null;
    }

    /** Processes one line of that run. */
    void add(String line) {
        cuts.add(line);
    }

    /**
     * Divides the result into parts, with the output of that run.
     *
     * @param source whose first frame is frame 0 of the result
     * @param partSeconds approximate length of a part
     */
    void cut(SourceTimeline source, PlannedResult result, int partSeconds) {
        CutPoints found = cuts;
        cuts = null;
        if (!found.isSteady() || Double.isNaN(found.first()) || !found.hasSeveral()) {
            return;
        }
        zero = (source.measured() ? found.first() : source.video().start()) + result.startSeconds();
        long each = framesOf(result, partSeconds);
        double again = 0;
        for (long from = 0; from < result.footageFrames(); from += each) {
            // A rest at the end that is shorter than half a part belongs to the previous part.
            boolean last = from + each + each / 2 >= result.footageFrames();
            long to = last ? result.footageFrames() : from + each;
            double time = zero + Math.max(0, from - LEAD) / result.frameRate().perSecond();
            Key key = from == 0 ? null : found.before(time);
            again += from == 0 ? 0 : time - (key == null ? zero : key.shown());
            parts.add(new Part(parts.size(), from, to, last, key, file(parts.size())));
            if (last) {
                break;
            }
        }
        // If keys are rare, most of the work would be decoding frames that are then dropped.
        if (parts.size() < 2 || again > result.footageSeconds()) {
            parts.clear();
        }
        open = !parts.isEmpty();
        if (stream != null) {
            stream.plan(parts);
        }
    }

    /** Returns whether the picture is encoded in parts. */
    public boolean isWanted() {
        return !parts.isEmpty();
    }

    /** Returns whether some parts are not done yet, as far as this worker knows. */
    public boolean isOpen() {
        return open;
    }

    /** Returns whether there were parts, but the video must be encoded in one run. */
    public boolean isDropped() {
        return dropped;
    }

    /** Chooses the next part by its number. */
    void choose(int number) {
        next = parts.get(number);
        made = null;
    }

    /** Returns the chosen part. */
    Part next() {
        return next;
    }

    /** Returns when frame 0 of the result is shown, in seconds on the clock of the file. */
    double zero() {
        return zero;
    }

    List<Part> all() {
        return List.copyOf(parts);
    }

    /** Sets the digest of everything that determines the encoder's output. */
    void setDigest(String digest) {
        this.digest = digest;
    }

    /**
     * Returns the digest of everything that determines the encoder's output. Workers with the same digest make the same
     * parts.
     */
    public String getDigest() {
        return digest;
    }

    /** Returns the index of the first frame of each part. */
    public List<Long> getFirstFrames() {
        return parts.stream().map(Part::from).toList();
    }

    /** Returns the number of frames of each part; the last one may have more. */
    public List<Long> getFrameCounts() {
        return parts.stream().map(Part::frames).toList();
    }

    /** Returns the files of the encoded part: the video, then its renditions. */
    public List<StoredFile> getFiles() {
        String number = String.valueOf(next.number());
        List<StoredFile> files = new ArrayList<>();
        files.add(new StoredFile(number + ENDING, VIDEO, next.file().toFile()));
        for (String name : renditions()) {
            files.add(new StoredFile(
                    number + "-" + name + ENDING, VIDEO, next.file(name).toFile()));
        }
        return files;
    }

    private List<String> renditions() {
        return stream == null
                ? List.of()
                : List.copyOf(stream.ladder().withoutSound().files().keySet());
    }

    /**
     * Returns the row of the encoded part: {@code sha256} and {@code bytes} of its file, and {@code parameters}, which
     * initialize a decoder. Null when the part is not as expected.
     */
    public Map<String, Object> getMade() {
        return made;
    }

    /**
     * Checks an encoded part.
     *
     * @param errors ffmpeg's errors. They may be about frames before the part, but that cannot be determined
     */
    void take(String errors) {
        try {
            Fragments.Picture picture = Fragments.picture(next.file());
            if (!next.isLast() && picture.frames() != next.frames()) {
                drop(next.number(), picture.frames() + " frames instead of " + next.frames());
            } else if (!FfmpegErrors.loseNothing(isEncoded() ? firstErrors : errors)) {
                drop(next.number(), (isEncoded() ? firstErrors : errors).strip());
            } else {
                StringBuilder parameters = new StringBuilder(hex(picture.parameters()));
                MessageDigest digest = OriginalDigest.sha256();
                digest(next.file(), digest);
                long bytes = Files.size(next.file());
                for (String name : renditions()) {
                    Fragments made = Fragments.read(next.file(name));
                    long frames = made.fragments().stream()
                            .mapToLong(Fragments.Fragment::samples)
                            .sum();
                    if (frames != picture.frames()) {
                        drop(next.number(), frames + " frames in " + name + " instead of " + picture.frames());
                        return;
                    }
                    parameters.append(' ').append(made.beginning(next.file(name)));
                    digest(next.file(name), digest);
                    bytes += Files.size(next.file(name));
                }
                made = Map.of(
                        "sha256", HexFormat.of().formatHex(digest.digest()),
                        "bytes", bytes,
                        "parameters", parameters.toString());
            }
        } catch (IOException e) {
            drop(next.number(), e.getMessage());
        }
    }

    /**
     * Processes the state of all parts. A decoder of the result is initialized by the first part. If another part had
     * other parameters, its frames would be decoded wrongly without an error, so no parts are used then.
     *
     * @param rows by their numbers, as list-parts.sql returns them
     * @return the number of frames that are done
     * @throws ClaimLostException when there are no rows, because the plan belongs to another claim now
     */
    long note(List<Map<String, Object>> rows) {
        if (dropped) {
            return 0;
        }
        if (stream != null && stream.fault() != null) {
            drop(0, stream.fault());
            return 0;
        }
        if (rows.size() != parts.size()) {
            throw new ClaimLostException("Another claim has the parts of the video");
        }
        stored.clear();
        open = false;
        long frames = 0;
        for (Map<String, Object> row : rows) {
            if (!"done".equals(row.get("part_state"))) {
                open = true;
                continue;
            }
            frames += ((Number) row.get("frames")).longValue();
            Part part = parts.get(((Number) row.get("number")).intValue());
            // The parts of renditions are fetched in their order, to be published.
            if (stream == null && !Boolean.TRUE.equals(row.get("is_own"))) {
                stored.addAll(Stored.of(part, row, List.of()));
            }
        }
        open |= stream != null && stream.isAwaited();
        if (!open && rows.stream().map(row -> row.get("parameters")).distinct().count() > 1) {
            drop(0, "other parameters than another one");
        }
        return frames;
    }

    /** Returns the parts that other workers have stored. */
    public List<Stored> getStored() {
        return List.copyOf(stored);
    }

    /** Compares the downloaded parts with their rows. */
    void check() {
        try {
            for (Stored part : getStored()) {
                if (!isAsStored(List.of(part))) {
                    drop(part.number(), "other bytes than were stored");
                    return;
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("A part cannot be read", e);
        }
    }

    /** Returns whether the downloaded files of a part are those that its worker has stored. */
    static boolean isAsStored(List<Stored> files) throws IOException {
        MessageDigest digest = OriginalDigest.sha256();
        for (Stored stored : files) {
            if (!Files.exists(stored.file())) {
                return false;
            }
            digest(stored.file(), digest);
        }
        return HexFormat.of().formatHex(digest.digest()).equals(files.get(0).sha256());
    }

    private void drop(int number, String why) {
        log.warn("Part {} has {}", number, why);
        parts.clear();
        stored.clear();
        made = null;
        open = false;
        dropped = true;
    }

    private static String hex(ByteBuffer bytes) {
        byte[] array = new byte[bytes.remaining()];
        bytes.duplicate().get(array);
        return HexFormat.of().formatHex(array);
    }

    private static void digest(Path file, MessageDigest digest) throws IOException {
        try (InputStream in = new DigestInputStream(Files.newInputStream(file), digest)) {
            in.transferTo(OutputStream.nullOutputStream());
        }
    }

    /** Writes the list with which ffmpeg reads the parts one after the other. */
    Path list(FrameRate rate) {
        StringBuilder list = new StringBuilder("ffconcat version 1.0\n");
        for (Part part : parts) {
            list.append("file '").append(part.file().getFileName()).append("'\n");
            if (!part.isLast()) {
                // Differences of rounded times, because the errors of rounded differences would add up.
                double seconds = micros(part.to() / rate.perSecond()) - micros(part.from() / rate.perSecond());
                list.append(String.format(Locale.ROOT, "duration %.6f%n", seconds));
            }
        }
        try {
            return Files.writeString(folder.resolve(LIST), list);
        } catch (IOException e) {
            throw new UncheckedIOException("The list of parts cannot be written", e);
        }
    }

    private static double micros(double seconds) {
        return Math.round(seconds * 1e6) / 1e6;
    }
}
