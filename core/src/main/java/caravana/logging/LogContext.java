package caravana.logging;

import java.util.List;
import org.slf4j.MDC;

/** The fields that each log line of a job or a request has besides its message. */
public final class LogContext {

    public static final String VIDEO_ID = "video_id";
    public static final String MESSAGE_ID = "message_id";
    public static final String ATTEMPT = "attempt";
    public static final String TRACE_ID = "trace_id";

    private static final List<String> ALL = List.of(VIDEO_ID, MESSAGE_ID, ATTEMPT, TRACE_ID);

    private LogContext() {}

    /** From now on, on this thread; null says nothing. */
    public static void put(String name, Object value) {
        if (value == null) {
            MDC.remove(name);
        } else {
            MDC.put(name, String.valueOf(value));
        }
    }

    /** The job or the request is over. */
    public static void clear() {
        ALL.forEach(MDC::remove);
    }
}
