package caravana.worker.media;

import caravana.worker.job.RunningJob;
import caravana.worker.media.MadeStream.Piece;
import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
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
     * @param name its own among them
     * @param peakBitRate which no segment exceeds
     * @param keyBitRate which the first frames of segments do not exceed; null for sound
     * @param initialisation SHA-256 of what initialises a decoder and of the first segment's length, as hexadecimal digits: renditions that
     *     have the same go on in each other
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

    /** A segment that is cut, as its row has it. */
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
    private List<Cut> cut = List.of();
    private List<StoredFile> files = List.of();
    private boolean busy;
    private boolean ended;

    /** @param folder what the keys of the job's results begin with */
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

    /** What the keys of all results of the job begin with. */
    public String getResultsFolder() {
        return resultsFolder;
    }

    /** What the keys of its objects begin with. */
    public String getFolder() {
        return folder;
    }

    /** The renditions that are made. */
    public List<Announced> getAnnounced() {
        return announced;
    }

    /** Whether their rows are written. */
    public boolean isNoted() {
        return noted;
    }

    /** Segments that are complete and not listed. */
    public List<Cut> getCut() {
        return cut;
    }

    /** These as files. */
    @JsonIgnore
    public List<StoredFile> getFiles() {
        return files;
    }

    /** Whether each rendition has a segment once these are listed. */
    public boolean isPlayable() {
        return announced.stream()
                .allMatch(each -> rungs.get(each.name()).listed > 1
                        || cut.stream()
                                .anyMatch(segment -> segment.rendition().equals(each.name()) && segment.number() == 1));
    }

    /** Takes the right to cut and store, unless somebody has it, or nobody may any more. */
    synchronized boolean begin() {
        if (busy || ended) {
            return false;
        }
        busy = true;
        return true;
    }

    /** Gives it back, and forgets what was cut. */
    synchronized void pause() {
        files.forEach(file -> file.file().delete());
        files = List.of();
        cut = List.of();
        busy = false;
        notifyAll();
    }

    /** Nothing is stored by others any more. Waits until what is being stored is. */
    synchronized void end() throws InterruptedException {
        ended = true;
        while (busy) {
            wait();
        }
    }

    /** The claim is lost: nothing more is stored. */
    synchronized void giveUp() {
        ended = true;
    }

    /**
     * Cuts what is complete by now.
     *
     * @return whether there is something to store
     */
    boolean cut() throws IOException {
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

    /** Of the sound, a segment is complete when the next one begins, but the first one has one fragment. */
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

    /** The rows of the renditions are written. */
    void setNoted() {
        noted = true;
    }

    /** What was cut is listed. */
    void listed() {
        cut.forEach(segment -> rungs.get(segment.rendition()).listed = segment.number() + 1);
    }

    /**
     * Ends it, as {@link #end}.
     *
     * @return how many objects of the rendition are listed
     */
    synchronized int endAt(String rendition) {
        try {
            end();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UncheckedIOException(new InterruptedIOException("Interrupted while segments are stored"));
        }
        Rung rung = rungs.get(rendition);
        return rung == null ? 0 : rung.listed;
    }
}
