package caravana.web.http;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;

/**
 * How long the app itself took over a request: from its arrival, or from the last byte of a body that is read as a
 * stream. How fast a client sends is no merit and no fault of the app's.
 */
final class AppTime {

    /** The answer's header, see <a href="https://www.w3.org/TR/server-timing/">Server Timing</a>. */
    static final String HEADER = "Server-Timing";

    private static final double NANOS_PER_MILLI = 1e6;

    private volatile long since = System.nanoTime();

    /** The same body; each byte that is read of it sets the beginning anew. */
    InputStream from(InputStream body) {
        return new FilterInputStream(body) {

            @Override
            public int read() throws IOException {
                return noted(super.read());
            }

            @Override
            public int read(byte[] buffer, int offset, int length) throws IOException {
                return noted(super.read(buffer, offset, length));
            }

            private int noted(int read) {
                since = System.nanoTime();
                return read;
            }
        };
    }

    /** The header's value, in milliseconds until now. */
    String soFar() {
        return String.format(Locale.ROOT, "app;dur=%.1f", (System.nanoTime() - since) / NANOS_PER_MILLI);
    }
}
