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

    /** Adds a field to all later log lines of this thread; null adds none. */
    public static void put(String name, Object value) {
        if (value == null) {
            MDC.remove(name);
        } else {
            MDC.put(name, String.valueOf(value));
        }
    }

    /** Removes all fields, at the end of the job or the request. */
    public static void clear() {
        ALL.forEach(MDC::remove);
    }
}
