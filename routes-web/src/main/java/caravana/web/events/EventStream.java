package caravana.web.events;

import caravana.web.http.ContainerHandle;
import caravana.web.video.VideoDocument;
import com.fasterxml.jackson.databind.ObjectMapper;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The event stream of one client. It queues events, only the last state of each video, and sends them as fast as the
 * client reads. No thread waits for the client.
 *
 * <p>Request and response belong to the container: only its threads read or write them, one at a time. Before it ends
 * them, it calls {@link #onError(AsyncEvent)} or {@link #onTimeout}. Any other thread only makes the container call
 * this stream: by a dispatch when all earlier events are sent, or by a time-out when the client must be disconnected.
 * It does so under this object's lock, and only while the stream is not over. If another thread wrote and failed, the
 * container would end the request, and reuse its objects for the next connection (ADR 15).
 */
final class EventStream implements DispatchedRequest, WriteListener, AsyncListener {

    /**
     * How many videos a client may be behind. It gets {@value WatchedVideos#MOST} at once when it comes, and of as
     * many again while it takes those; a client that reads at all is never that far behind.
     */
    static final int MOST_WAITING = 2 * WatchedVideos.MOST;

    private static final Logger log = LoggerFactory.getLogger(EventStream.class);

    /** With it the client gets the answer's head, even if there is no video to tell of yet. */
    private static final byte[] OPENING = bytes("retry:2000\n:open\n\n");

    private static final byte[] REMINDER = bytes(":still there\n\n");

    private enum State {
        /** A thread of the container is at it, or on its way. */
        BUSY,
        /** The client takes nothing; the container comes when it does. */
        BLOCKED,
        /** Everything is sent. */
        IDLE,
        OVER
    }

    private final String account;
    private final String video;
    private final Long since;
    private final Instant until;
    private final BooleanSupplier permitted;
    private final VideoDocument documents;
    private final ObjectMapper mapper;
    private final Consumer<EventStream> leave;
    private final AtomicBoolean left = new AtomicBoolean();

    /** Of the request; used by the container's threads alone. */
    private ServletOutputStream out;

    private ContainerHandle container;
    private boolean flushed;

    // What follows is guarded by this object's lock.

    private State state = State.BUSY;
    private AsyncContext async;
    private long stateSince = System.nanoTime();
    private final EventQueue waiting;
    private byte[] comment = OPENING;
    private boolean ending;
    private boolean dropped;
    private boolean stopping;

    /** The thread that looks for changes alone reads and sets it. */
    private boolean informed;

    /**
     * @param account the id of the account that watches
     * @param video the id of the video that is watched; null for all of the account's
     * @param since the id of the last event that the client has, in milliseconds; null when it has none
     * @param until when the client's token expires
     * @param permitted whether the client's token or key still counts
     * @param leave runs once, when the stream is over
     */
    EventStream(
            String account,
            String video,
            Long since,
            Instant until,
            BooleanSupplier permitted,
            VideoDocument documents,
            ObjectMapper mapper,
            Consumer<EventStream> leave) {
        this.account = account;
        this.video = video;
        this.since = since == null ? null : since - EventQueue.OVERLAP_MILLIS;
        this.until = until;
        this.permitted = permitted;
        this.documents = documents;
        this.mapper = mapper;
        this.leave = leave;
        this.waiting = new EventQueue(since);
    }

    /** What is watched: the id of a video, or of an account. */
    String subject() {
        return watchesOne() ? video : account;
    }

    boolean watchesOne() {
        return video != null;
    }

    /** Since when the client may have missed changes, in milliseconds; null when it is new. */
    Long since() {
        return since;
    }

    /** Whether it has got the present state. */
    boolean isInformed() {
        return informed;
    }

    void nowInformed() {
        informed = true;
    }

    // What other threads call.

    /**
     * Adds events of videos and webhooks.
     *
     * @param found one or more; of a stream that watches one, that one
     * @param at the time when they were found, in milliseconds; 0 when it is unknown
     */
    synchronized void tell(List<? extends Found> found, long at) {
        if (state == State.OVER || ending || dropped) {
            return;
        }
        waiting.add(found, at);
        ending = watchesOne() && !found.get(0).isUnfinished();
        if (waiting.size() > MOST_WAITING) {
            drop("is " + waiting.size() + " videos behind");
        } else {
            wake();
        }
    }

    /**
     * Ends the stream when its client's token or key was ended; it gets nothing more.
     *
     * @return whether it continues
     */
    boolean goesOn() {
        if (permitted.getAsBoolean()) {
            return true;
        }
        synchronized (this) {
            waiting.clear();
            end();
        }
        return false;
    }

    /** Sends a heartbeat if it is time for one, and ends the stream when its time has come. */
    synchronized void lookAfter(Instant now, Duration heartbeat, Duration patience) {
        long nanos = System.nanoTime() - stateSince;
        if (state == State.BLOCKED && nanos > patience.toNanos()) {
            drop("has taken nothing for " + patience.toSeconds() + " s");
        } else if (now.isAfter(until)) {
            // It comes back with a new token, and gets them then.
            waiting.clear();
            end();
        } else if (state == State.IDLE && nanos > heartbeat.toNanos()) {
            comment = REMINDER;
            wake();
        }
    }

    /** Ends the stream because the node stops: at once, or when what waits is sent, if the client takes it. */
    synchronized void stop() {
        stopping = true;
        end();
        dropIfStopping();
    }

    private void dropIfStopping() {
        if (stopping && state == State.BLOCKED) {
            drop("takes nothing while the node stops");
        }
    }

    private void end() {
        ending = true;
        wake();
    }

    private void drop(String why) {
        if (!dropped && state != State.OVER) {
            log.info("Dropped an event stream of account {}: its client {}", account, why);
            dropped = true;
            comment = null;
            waiting.clear();
            if (state == State.BLOCKED) {
                haveTimedOut();
            } else {
                wake();
            }
        }
    }

    private void wake() {
        if (state == State.IDLE) {
            enter(State.BUSY);
            askContainer(() -> async.dispatch(PATH));
        }
    }

    /** The container looks for time-outs once a second. */
    private void haveTimedOut() {
        askContainer(() -> async.setTimeout(1));
    }

    private void askContainer(Runnable request) {
        try {
            request.run();
        } catch (RuntimeException ended) {
            // When it stops, it ends requests without a word.
            log.debug("The container has ended an event stream", ended);
            enter(State.OVER);
            leave();
        }
    }

    private void leave() {
        if (left.compareAndSet(false, true)) {
            leave.accept(this);
        }
    }

    private void enter(State next) {
        state = next;
        stateSince = System.nanoTime();
    }

    // What the container calls.

    /** Begins the stream, on the thread that the request came by. */
    void open(HttpServletRequest request) throws IOException {
        request.setAttribute(NAME, this);
        listen(request);
    }

    @Override
    public void proceed(HttpServletRequest request, HttpServletResponse response) throws IOException {
        listen(request);
    }

    private void listen(HttpServletRequest request) throws IOException {
        container = ContainerHandle.of(request);
        AsyncContext begun = request.startAsync();
        begun.setTimeout(0);
        begun.addListener(this);
        synchronized (this) {
            async = begun;
        }
        out = begun.getResponse().getOutputStream();
        out.setWriteListener(this);
    }

    @Override
    public void onWritePossible() throws IOException {
        become(State.BUSY);
        while (out.isReady()) {
            byte[] next = next();
            if (next != null) {
                out.write(next);
                flushed = false;
            } else if (!flushed) {
                out.flush();
                flushed = true;
            } else {
                State rest = rest();
                if (rest == State.OVER) {
                    finish();
                }
                if (rest != State.BUSY) {
                    return;
                }
            }
        }
        become(State.BLOCKED);
    }

    private synchronized void become(State next) {
        enter(next);
        if (next == State.BLOCKED && dropped) {
            haveTimedOut();
        }
        dropIfStopping();
    }

    /** What is to be sent next; null for nothing. */
    private byte[] next() throws IOException {
        EventQueue.Event next;
        synchronized (this) {
            if (comment != null) {
                byte[] text = comment;
                comment = null;
                return text;
            }
            next = waiting.poll();
        }
        return next == null ? null : bytes(next);
    }

    private byte[] bytes(EventQueue.Event event) throws IOException {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        text.writeBytes(bytes("event:" + event.found().event() + "\n"));
        if (event.id() > 0) {
            text.writeBytes(bytes("id:" + event.id() + "\n"));
        }
        text.writeBytes(bytes("data:"));
        text.writeBytes(event.found().json(documents, mapper));
        text.writeBytes(bytes("\n\n"));
        return text.toByteArray();
    }

    /** What the stream is now that everything is sent; still busy when there is more by now. */
    private synchronized State rest() {
        if (comment == null && waiting.isEmpty()) {
            enter(ending || dropped ? State.OVER : State.IDLE);
        }
        return state;
    }

    private void finish() {
        leave();
        if (dropped) {
            container.closeNow();
        }
        async.complete();
    }

    /** The client was dropped, or the container stops. */
    @Override
    public void onTimeout(AsyncEvent event) {
        become(State.OVER);
        leave();
        container.closeNow();
        event.getAsyncContext().complete();
    }

    @Override
    public void onError(Throwable failure) {
        if (failure instanceof IOException) {
            log.debug("The client of an event stream is gone: {}", failure.toString());
        } else {
            log.error("An event stream failed", failure);
        }
    }

    @Override
    public void onError(AsyncEvent event) {
        become(State.OVER);
        leave();
        // Otherwise the container would look for a page that explains the error.
        event.getAsyncContext().complete();
    }

    /** Without the lock: the container holds one of its own, which other threads take when they have this one. */
    @Override
    public void onComplete(AsyncEvent event) {
        leave();
    }

    @Override
    public void onStartAsync(AsyncEvent event) {
        // The request continues, and this listens again.
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
