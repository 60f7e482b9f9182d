package caravana.web.upload;

import caravana.web.http.Problem;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * The body of an upload, which fails when the client takes too long, because it occupies one of few places. The rate
 * includes only the time spent waiting for bytes, and not the time of a slow object store. A client that sends nothing
 * is disconnected by the connection's own time-out.
 */
public class TimedStream extends FilterInputStream {

    private static final long GRACE_SECONDS = 30;

    private final UploadProperties limits;
    private final LongSupplier nanoTime;
    private final long started;
    private long waited;
    private long total;

    /** @param limits lowest rate and longest duration */
    public TimedStream(InputStream in, UploadProperties limits) {
        this(in, limits, System::nanoTime);
    }

    /** @param nanoTime a clock in nanoseconds, from any starting point */
    TimedStream(InputStream in, UploadProperties limits, LongSupplier nanoTime) {
        super(in);
        this.limits = limits;
        this.nanoTime = nanoTime;
        this.started = nanoTime.getAsLong();
    }

    @Override
    public int read() throws IOException {
        long asked = nanoTime.getAsLong();
        int next = super.read();
        check(next < 0 ? 0 : 1, asked);
        return next;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        long asked = nanoTime.getAsLong();
        int count = super.read(buffer, offset, length);
        check(Math.max(0, count), asked);
        return count;
    }

    private void check(int count, long asked) {
        long now = nanoTime.getAsLong();
        waited += now - asked;
        total += count;
        long seconds = TimeUnit.NANOSECONDS.toSeconds(waited);
        boolean slow =
                seconds >= GRACE_SECONDS && total < seconds * limits.minRate().toBytes();
        if (slow || now - started > limits.patience().toNanos()) {
            throw new Problem(408, "too_slow", "The upload is too slow; send it again over a faster connection.");
        }
    }
}
