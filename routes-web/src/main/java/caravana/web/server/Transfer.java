package caravana.web.server;

import caravana.web.http.InFlight;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The transfer of a request body or an answer, for which no thread waits. The container calls it on one thread at a
 * time, and never after the end of the request. It ends once: when it is complete, when it takes too long, or when the
 * client has disconnected.
 */
abstract class Transfer implements AsyncListener {

    private final InFlight inFlight;
    private final AtomicBoolean over = new AtomicBoolean();
    private AsyncContext async;

    Transfer(InFlight inFlight) {
        this.inFlight = inFlight;
    }

    /**
     * Starts the transfer, on the thread of the request. The request is in progress until the transfer ends.
     *
     * @param patience how long the transfer may take
     */
    final void start(HttpServletRequest request, HttpServletResponse response, Duration patience) {
        inFlight.begin();
        async = request.startAsync(request, response);
        async.setTimeout(patience.toMillis());
        async.addListener(this);
    }

    final AsyncContext async() {
        return async;
    }

    final boolean isOver() {
        return over.get();
    }

    /** Ends the transfer. Returns true for the first call only. */
    final boolean end() {
        boolean first = over.compareAndSet(false, true);
        if (first) {
            inFlight.end();
        }
        return first;
    }

    /** Releases what the transfer occupied. It may be called more than once. */
    abstract void release();

    /** Also called when the container ended the request for another reason. */
    @Override
    public final void onComplete(AsyncEvent event) {
        end();
        release();
    }

    /** Called when the client has disconnected, so there is nobody to answer. */
    @Override
    public final void onError(AsyncEvent event) {
        end();
        release();
        async.complete();
    }

    /** Called when the request was dispatched again, and another transfer begins. */
    @Override
    public final void onStartAsync(AsyncEvent event) {
        release();
    }
}
