package caravana.job;

import org.springframework.stereotype.Component;

/**
 * The live progress of a running job in Redis: one hash of text values for each video. The worker writes it, and web
 * reads it. It expires when the worker has written nothing for a minute.
 */
@Component("liveProgress")
public class LiveProgress {

    /** The field of the current phase: {@code claim}, {@code download}, {@code probe} and so on. It is always set. */
    public static final String PHASE = "phase";

    /**
     * The field of the phase's progress in percent, 0 to 100 with one decimal. It is missing while the progress is
     * unknown.
     */
    public static final String PERCENT = "percent";

    /** The field of the remaining time in whole seconds. It is missing while the time is unknown. */
    public static final String ETA_SECONDS = "eta_seconds";

    /** Returns the key of a video's hash. */
    public static String keyOf(String videoId) {
        return "progress:" + videoId;
    }

    /** Returns the key of a video's hash, for routes. */
    public String key(String videoId) {
        return keyOf(videoId);
    }
}
