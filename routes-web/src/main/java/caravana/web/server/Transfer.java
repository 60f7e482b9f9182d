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
     * Begins it, on the thread that the request came by. The request is in flight until it is over.
     *
     * @param patience how long it may take
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

    /** Whether that is the end; there is one only. */
    final boolean end() {
        boolean first = over.compareAndSet(false, true);
        if (first) {
            inFlight.end();
        }
        return first;
    }

    /** Gives back what it occupied; more than once, if need be. */
    abstract void release();

    /** Also when the container ended the request for a reason of its own. */
    @Override
    public final void onComplete(AsyncEvent event) {
        end();
        release();
    }

    /** Nobody is left to be answered. */
    @Override
    public final void onError(AsyncEvent event) {
        end();
        release();
        async.complete();
    }

    /** The request continued, and another begins. */
    @Override
    public final void onStartAsync(AsyncEvent event) {
        release();
    }
}
