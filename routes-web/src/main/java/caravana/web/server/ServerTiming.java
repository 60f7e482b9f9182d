package caravana.web.server;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.function.LongSupplier;

/**
 * Measures the time that the app itself needed for a request: from its arrival, or from the last byte of a body that is
 * read as a stream. So the speed of the client has no effect.
 */
final class ServerTiming {

    /** The header of the answer, see <a href="https://www.w3.org/TR/server-timing/">Server Timing</a>. */
    static final String HEADER = "Server-Timing";

    private static final double NANOS_PER_MILLI = 1e6;

    private final LongSupplier nanoTime;
    private volatile long since;

    ServerTiming() {
        this(System::nanoTime);
    }

    /** @param nanoTime a clock in nanoseconds, from any starting point */
    ServerTiming(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.since = nanoTime.getAsLong();
    }

    /** Wraps a body. Each byte that is read starts the measurement again; the end of the body does not. */
    InputStream from(InputStream body) {
        return new FilterInputStream(body) {

            @Override
            public int read() throws IOException {
                int next = super.read();
                note(next >= 0);
                return next;
            }

            @Override
            public int read(byte[] buffer, int offset, int length) throws IOException {
                int count = super.read(buffer, offset, length);
                note(count > 0);
                return count;
            }

            private void note(boolean isRead) {
                if (isRead) {
                    since = nanoTime.getAsLong();
                }
            }
        };
    }

    /** Returns the header's value: the milliseconds until now. */
    String soFar() {
        return String.format(Locale.ROOT, "app;dur=%.1f", (nanoTime.getAsLong() - since) / NANOS_PER_MILLI);
    }
}
