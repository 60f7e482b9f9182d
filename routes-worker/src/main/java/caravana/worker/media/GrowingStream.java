package caravana.worker.media;

import caravana.worker.job.RunningJob;
import caravana.worker.media.MadeStream.Piece;
import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The renditions of a job whose run continues: which of their segments are complete, and which of these are published.
 * One thread at a time cuts and stores segments; the job waits for it before it cuts the rest. Its JSON has the values
 * for the rows.
 */
public final class GrowingStream {

    /**
     * A rendition as it is known before its end.
     *
     * @param name name of the rendition, unique among the video's renditions
     * @param peakBitRate highest bit rate of a segment
     * @param keyBitRate highest bit rate of the first frames of segments; null for sound
     * @param initialisation SHA-256 of the initialization segment and of the first segment's length, in hexadecimal
     *     digits. A rendition with the same value can continue another one
     * @param targetSeconds length of a segment
     */
    @JsonNaming(SnakeCaseStrategy.class)
    public record Announced(
            String name,
            String codecs,
            Integer width,
            Integer height,
            Double frameRate,
            long peakBitRate,
            Long keyBitRate,
            String initialisation,
            double targetSeconds) {}

    /** A segment that was cut, as its row stores it. */
    @JsonNaming(SnakeCaseStrategy.class)
    public record Cut(String rendition, int number, double seconds, long bytes, Long keyBytes) {}

    private static final class Rung {

        private final Path file;
        private final long peak;
        private final Fragments.Reader reader;
        private Fragments made;
        private int listed;

        Rung(Path file, long peak) {
            this.file = file;
            this.peak = peak;
            this.reader = new Fragments.Reader(file);
        }
    }

    private final RunningJob job;
    private final PlannedLadder ladder;
    private final String resultsFolder;
    private final String folder;
    private final Map<String, Rung> rungs = new LinkedHashMap<>();
    private List<Announced> announced;
    private boolean noted;
    private volatile JoinedStream joined;
    private List<Cut> cut = List.of();
    private List<StoredFile> files = List.of();
    private boolean busy;
    private boolean ended;

    /** @param folder the prefix of the keys of the job's results */
    GrowingStream(RunningJob job, PlannedLadder ladder, String folder) {
        this.job = job;
        this.ladder = ladder;
        this.resultsFolder = folder;
        this.folder = folder + ladder.name() + "/";
        for (PlannedLadder.Rung rung : ladder.rungs()) {
            rungs.put(rung.name(), new Rung(rung.file(), rung.peak(ladder.rate())));
        }
        if (ladder.sound() != null) {
            rungs.put(MadeStream.SOUND, new Rung(ladder.sound(), PlannedLadder.SOUND_PEAK));
        }
    }

    @JsonIgnore
    public RunningJob getJob() {
        return job;
    }

    /** Returns the prefix of the keys of all results of the job. */
    public String getResultsFolder() {
        return resultsFolder;
    }

    /** Returns the prefix of the keys of its objects. */
    public String getFolder() {
        return folder;
    }

    /** Returns the renditions. */
    public List<Announced> getAnnounced() {
        return announced;
    }

    /** Returns whether their rows are written. */
    public boolean isNoted() {
        return noted;
    }

    /** Publishes renditions that are encoded in parts. */
    void join(JoinedStream parts) {
        joined = parts;
    }

    /** Returns whether parts come next that may be done. */
    @JsonIgnore
    public boolean isAwaiting() {
        return joined != null && joined.isAwaited();
    }

    /** Returns the parts that are appended in their order; null for renditions of one run. */
    @JsonIgnore
    JoinedStream getJoined() {
        return joined;
    }

    /** Returns segments that are complete and not listed yet. */
    public List<Cut> getCut() {
        return cut;
    }

    /** Returns the same segments as files. */
    @JsonIgnore
    public List<StoredFile> getFiles() {
        return files;
    }

    /** Returns whether each rendition has a segment once the cut ones are listed. */
    public boolean isPlayable() {
        return announced.stream()
                .allMatch(each -> rungs.get(each.name()).listed > 1
                        || cut.stream()
                                .anyMatch(segment -> segment.rendition().equals(each.name()) && segment.number() == 1));
    }

    /** Acquires the right to cut and store; false when another thread has it, or the stream has ended. */
    synchronized boolean begin() {
        if (busy || ended) {
            return false;
        }
        busy = true;
        return true;
    }

    /** Releases the right, and forgets the cut segments. */
    synchronized void pause() {
        files.forEach(file -> file.file().delete());
        files = List.of();
        cut = List.of();
        busy = false;
        notifyAll();
    }

    /** Ends the stream: no other thread stores anything afterwards. Waits for a thread that is storing. */
    synchronized void end() throws InterruptedException {
        ended = true;
        while (busy) {
            wait();
        }
    }

    /** Ends the stream, as {@link #end}, with all that is encoded in its files. */
    void finish() throws IOException {
        try {
            end();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("Interrupted while segments are stored");
        }
        if (joined != null) {
            joined.finish();
        }
    }

    /** Ends the stream because the claim was lost. */
    synchronized void giveUp() {
        ended = true;
    }

    /**
     * Cuts the segments that have become complete.
     *
     * @return whether there is something to store
     */
    boolean cut() throws IOException {
        if (joined != null) {
            joined.append();
        }
        for (Rung rung : rungs.values()) {
            if (!Files.exists(rung.file)) {
                return false;
            }
            rung.made = rung.reader.read();
            if (rung.made == null) {
                return false;
            }
        }
        if (announced == null) {
            announced = announce();
        }
        List<Cut> complete = new ArrayList<>();
        List<StoredFile> written = new ArrayList<>();
        files = written;
        for (Announced each : announced) {
            Rung rung = rungs.get(each.name());
            boolean sound = each.name().equals(MadeStream.SOUND);
            List<Piece> pieces = MadeStream.pieces(rung.made, ladder, sound);
            Path segments = Files.createDirectories(
                    rung.file.resolveSibling(ladder.name()).resolve(each.name()));
            try (FileChannel whole = FileChannel.open(rung.file)) {
                for (Piece piece : pieces.subList(rung.listed, pieces.size())) {
                    if (!isComplete(piece, pieces.size(), sound)) {
                        break;
                    }
                    written.add(MadeStream.write(ladder, each.name(), whole, piece, segments));
                    complete.add(new Cut(
                            each.name(),
                            piece.segment().number(),
                            piece.segment().seconds(),
                            piece.segment().bytes(),
                            piece.segment().keyBytes()));
                }
            }
        }
        cut = complete;
        return !cut.isEmpty();
    }

    /**
     * Returns whether a segment is complete. A segment of sound is complete when the next one begins, except the first,
     * which has only one fragment.
     */
    private boolean isComplete(Piece piece, int pieces, boolean sound) {
        int number = piece.segment().number();
        return number == 0 || (sound ? number == 1 || number < pieces - 1 : piece.samples() == ladder.framesOf(number));
    }

    private List<Announced> announce() throws IOException {
        List<Announced> all = new ArrayList<>();
        Fragments below = null;
        for (Map.Entry<String, Rung> each : rungs.entrySet()) {
            Rung rung = each.getValue();
            boolean sound = each.getKey().equals(MadeStream.SOUND);
            if (sound || MadeStream.isKept(rung.made, below)) {
                all.add(new Announced(
                        each.getKey(),
                        rung.made.codecs(),
                        sound ? null : rung.made.width(),
                        sound ? null : rung.made.height(),
                        sound ? null : ladder.rate().perSecond(),
                        rung.peak,
                        sound ? null : rung.peak,
                        digest(rung),
                        ladder.segmentSeconds()));
            }
            below = rung.made;
        }
        return List.copyOf(all);
    }

    private String digest(Rung rung) throws IOException {
        MessageDigest digest = OriginalDigest.sha256();
        try (InputStream in = Files.newInputStream(rung.file)) {
            digest.update(in.readNBytes(rung.made.head()));
            digest.update((byte) ladder.firstFrames());
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    /** Notes that the rows of the renditions are written. */
    void setNoted() {
        noted = true;
    }

    /** Notes that the cut segments are listed. */
    void listed() {
        cut.forEach(segment -> rungs.get(segment.rendition()).listed = segment.number() + 1);
    }

    /** Returns the number of listed objects of a rendition. */
    synchronized int listed(String rendition) {
        Rung rung = rungs.get(rendition);
        return rung == null ? 0 : rung.listed;
    }
}
