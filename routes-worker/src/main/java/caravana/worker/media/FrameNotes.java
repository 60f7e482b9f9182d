package caravana.worker.media;

import caravana.worker.job.RunningJob;
import java.io.File;
import java.util.Arrays;

/**
 * The notes that filters write about frames of the original while they are decoded: headers say what a frame may have,
 * and notes what it has. A note is a file in the job's folder, with a line if there is at least one such frame.
 */
final class FrameNotes {

    private static final String FIELDS_FILE = "fields.txt";
    private static final String TRANSPARENCY_FILE = "transparency.txt";

    /** Filters that note whether a frame consists of two fields. */
    static final String FIELDS =
            "split[framed][fields];[fields]select='not(eq(interlace_type,PROGRESSIVE))*eq(selected_n,0)',"
                    + "metadata=mode=add:key=fields:value=1," + noted(FIELDS_FILE) + ";[framed]null";

    /** The lowest brightness of an opaque alpha channel. White may be 235, and rounding makes it darker. */
    private static final int OPAQUE = 230;

    /** Filters that note whether a frame with an alpha channel has a transparent place. */
    static final String TRANSPARENCY = "split[shown][alpha];[alpha]alphaextract,format=yuv420p,signalstats,"
            + "metadata=mode=select:key=lavfi.signalstats.YMIN:value=" + OPAQUE + ":function=less,"
            + "select=eq(selected_n\\,0)," + noted(TRANSPARENCY_FILE) + ";[shown]null";

    private FrameNotes() {}

    /**
     * Returns the filters of {@link #FIELDS} for a run that reads a part of the original: each part has a separate
     * note.
     */
    static String fields(int part) {
        return FIELDS.replace(FIELDS_FILE, part + "-" + FIELDS_FILE);
    }

    private static String noted(String file) {
        return "metadata=mode=print:file=" + file + ",nullsink";
    }

    /** Returns whether a frame of the original consists of two fields. */
    static boolean hasFields(RunningJob job) {
        File[] notes = job.getFolder().toFile().listFiles((folder, name) -> name.endsWith(FIELDS_FILE));
        return notes != null && Arrays.stream(notes).anyMatch(note -> note.length() > 0);
    }

    /** Returns whether a frame of the original has a transparent place. */
    static boolean isTransparent(RunningJob job) {
        return isNoted(job, TRANSPARENCY_FILE);
    }

    private static boolean isNoted(RunningJob job, String file) {
        return job.getFolder().resolve(file).toFile().length() > 0;
    }
}
