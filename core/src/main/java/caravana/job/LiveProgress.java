package caravana.job;

import org.springframework.stereotype.Component;

/**
 * The live progress of a running job in Redis: a hash of text for each video, which the worker writes and web reads. It is
 * gone when the worker has been silent for a minute.
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
