package caravana.logging;

import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The trace context (W3C) that follows a request from the client's call to the last step of the worker.
 *
 * @param traceId 32 hexadecimal digits
 * @param spanId 16 hexadecimal digits
 * @param sampled whether the span is recorded, as far as its sender knows
 * @see <a href="https://www.w3.org/TR/trace-context/">Trace Context</a>
 */
public record TraceParent(String traceId, String spanId, boolean sampled) {

    private static final Pattern FORM =
            Pattern.compile("[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})");
    private static final SecureRandom RANDOM = new SecureRandom();

    /** Parses a header. A missing or invalid one gives a new trace of which no span is recorded. */
    public static TraceParent of(String header) {
        TraceParent read = read(header);
        return read == null ? create(false) : read;
    }

    /** Parses a header. Returns null if it is missing or invalid. */
    public static TraceParent read(String header) {
        Matcher form = FORM.matcher(header == null ? "" : header);
        return form.matches()
                ? new TraceParent(form.group(1), form.group(2), (HexFormat.fromHexDigits(form.group(3)) & 1) != 0)
                : null;
    }

    /** Begins a new trace. */
    public static TraceParent create(boolean sampled) {
        return new TraceParent(random(16), random(8), sampled);
    }

    /** Creates a new span of the same trace. */
    public TraceParent another() {
        return new TraceParent(traceId, random(8), sampled);
    }

    private static String random(int bytes) {
        byte[] random = new byte[bytes];
        RANDOM.nextBytes(random);
        return HexFormat.of().formatHex(random);
    }

    /** Returns the text of the header. */
    @Override
    public String toString() {
        return "00-" + traceId + "-" + spanId + (sampled ? "-01" : "-00");
    }
}
