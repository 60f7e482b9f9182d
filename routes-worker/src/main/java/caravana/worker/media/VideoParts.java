package caravana.worker.media;

import caravana.worker.exec.ToolCommand;
import caravana.worker.media.CutPoints.Key;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The parts in which the picture of a job is encoded, one after the other, before they are joined without another encoding. Each
 * is a range of the result's frames, so that all of them together are the frames of the whole. When a part is not what it must
 * be, there are none: the video is encoded in one run.
 */
public final class VideoParts {

    private static final Logger log = LoggerFactory.getLogger(VideoParts.class);

    /** Seconds of a segment of the result, of which each part has a whole number. */
    private static final int SEGMENT = 4;

    /**
     * Frames that are decoded and filtered before the first one that is kept: those of two fields are made of the frames beside
     * them.
     */
    private static final int LEAD = 5;

    private static final String LIST = "parts.txt";

    /**
     * A range of frames.
     *
     * @param from the first one, counted from the beginning of the result
     * @param to the one behind the last; the last part goes on as long as there are frames
     * @param isLast whether it is the last
     * @param key from which it is decoded; null for the beginning of the file
     * @param file where it is put
     */
    record Part(int number, long from, long to, boolean isLast, Key key, Path file) {

        long frames() {
            return to - from;
        }
    }

    private final List<Part> parts = new ArrayList<>();
    private final Path folder;
    private CutPoints cuts;
    private ToolCommand command;
    private double zero;
    private ByteBuffer parameters;
    private int made;

    private VideoParts(Path folder) {
        this.folder = folder;
    }

    /** No parts: the video is encoded in one run. */
    static VideoParts none() {
        return new VideoParts(null);
    }

    /** Parts of which it is not known yet where the original can be cut. */
    static VideoParts begin(Path folder) {
        VideoParts parts = new VideoParts(folder);
        parts.cuts = new CutPoints();
        return parts;
    }

    /** Sets the run that finds where the original can be cut. */
    void setCommand(ToolCommand command) {
        this.command = command;
    }

    /** The run that finds where the original can be cut. */
    public ToolCommand getCommand() {
        return command;
    }

    /** Whether it is to be found where the original can be cut. */
    public boolean isUnknown() {
        return cuts != null;
    }

    /** Takes one line of what was found. */
    void add(String line) {
        cuts.add(line);
    }

    /**
     * Goes by what was found.
     *
     * @param source whose first frame is frame 0 of the result
     * @param partSeconds about how long a part is
     */
    void cut(SourceTimeline source, PlannedResult result, int partSeconds) {
        CutPoints found = cuts;
        cuts = null;
        if (!found.isSteady() || Double.isNaN(found.first()) || !found.hasSeveral()) {
            return;
        }
        zero = (source.measured() ? found.first() : source.video().start()) + result.startSeconds();
        long each = Math.max(1, Math.round((double) partSeconds / SEGMENT))
                * result.frameRate().framesIn(SEGMENT);
        double again = 0;
        for (long from = 0; from < result.footageFrames(); from += each) {
            // What is left at the end, and shorter than half a part, belongs to the part before.
            boolean last = from + each + each / 2 >= result.footageFrames();
            long to = last ? result.footageFrames() : from + each;
            double time = zero + Math.max(0, from - LEAD) / result.frameRate().perSecond();
            Key key = from == 0 ? null : found.before(time);
            again += from == 0 ? 0 : time - (key == null ? zero : key.shown());
            parts.add(new Part(parts.size(), from, to, last, key, folder.resolve("part-" + parts.size() + ".mp4")));
            if (last) {
                break;
            }
        }
        // Where keys are rare, most of the work would be to decode what is left out.
        if (parts.size() < 2 || again > result.footageSeconds()) {
            parts.clear();
        }
    }

    /** Whether the picture is in parts. */
    public boolean isWanted() {
        return !parts.isEmpty();
    }

    /** Whether there is another part to be encoded. */
    public boolean isOpen() {
        return made < parts.size();
    }

    /** The part that is to be encoded. */
    Part next() {
        return parts.get(made);
    }

    /** When frame 0 of the result is shown, on the clock of the file in seconds. */
    double zero() {
        return zero;
    }

    List<Part> all() {
        return List.copyOf(parts);
    }

    /**
     * Takes a part that was encoded. The next decoder is initialised by the first part alone: if another one had other parameters,
     * its frames would be decoded wrongly, and nobody would complain.
     *
     * @param errors what ffmpeg complained of; it may be of frames before the part, but that is not known
     */
    void take(String errors) {
        Part part = next();
        try {
            Fragments.Picture picture = Fragments.picture(part.file());
            parameters = parameters == null ? picture.parameters() : parameters;
            if (!part.isLast() && picture.frames() != part.frames()) {
                giveUp(part, picture.frames() + " frames instead of " + part.frames());
            } else if (!parameters.equals(picture.parameters())) {
                giveUp(part, "other parameters than the first part");
            } else if (!Complaints.loseNothing(errors)) {
                giveUp(part, errors.strip());
            } else {
                made++;
            }
        } catch (IOException e) {
            giveUp(part, e.getMessage());
        }
    }

    private void giveUp(Part part, String why) {
        log.warn("The video is encoded in one run: part {} has {}", part.number(), why);
        parts.clear();
        made = 0;
    }

    /** Writes the list by which ffmpeg reads the parts one after the other. */
    Path list(FrameRate rate) {
        StringBuilder list = new StringBuilder("ffconcat version 1.0\n");
        for (Part part : parts) {
            list.append("file '").append(part.file().getFileName()).append("'\n");
            if (!part.isLast()) {
                // Differences of rounded times: rounded differences would add up.
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
