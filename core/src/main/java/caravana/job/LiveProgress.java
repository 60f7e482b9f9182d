package caravana.job;

import org.springframework.stereotype.Component;

/**
 * The live progress of a running job in Redis: one hash of text values for each video. The worker writes it, and web
 * reads it. It expires when the worker has written nothing for a minute.
 */
@Component("liveProgress")
public class LiveProgress {

    /** What the job does: {@code claim}, {@code download}, {@code probe} and so on. Always there. */
    public static final String PHASE = "phase";

    /** From 0 to 100, with one decimal. Not there until it is known. */
    public static final String PERCENT = "percent";

    /** Whole seconds until the job is done. Not there until it is known. */
    public static final String ETA_SECONDS = "eta_seconds";

    /** The hash's key. */
    public static String keyOf(String videoId) {
        return "progress:" + videoId;
    }

    /** The same, for routes. */
    public String key(String videoId) {
        return keyOf(videoId);
    }
}
