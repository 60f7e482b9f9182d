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
     * The most videos of which a client may have waiting events. It gets up to {@value WatchedVideos#MOST} when it
     * connects, and changes of as many more while it reads those. A client that reads stays below.
     */
    static final int MOST_WAITING = 2 * WatchedVideos.MOST;

    private static final Logger log = LoggerFactory.getLogger(EventStream.class);

    /** The first bytes of the stream. With them the client gets the headers, even if there is no event yet. */
    private static final byte[] OPENING = bytes("retry:2000\n:open\n\n");

    private static final byte[] REMINDER = bytes(":still there\n\n");

    private enum State {
        /** A thread of the container is writing, or was requested. */
        BUSY,
        /** The client does not read; the container calls when it does. */
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

    /** The output of the request. Only the container's threads use it. */
    private ServletOutputStream out;

    private ContainerHandle container;
    private boolean flushed;

    // The following fields are guarded by this object's lock.

    private State state = State.BUSY;
    private AsyncContext async;
    private long stateSince = System.nanoTime();
    private final EventQueue waiting;
    private byte[] comment = OPENING;
    private boolean ending;
    private boolean dropped;
    private boolean stopping;

    /** Whether the client has the present state. Only the thread that finds changes uses it. */
    private boolean informed;

    /**
     * @param account the id of the account that watches
     * @param video the id of the watched video; null for all videos of the account
     * @param since the id of the last event that the client has, in milliseconds; null when it has none
     * @param until when the client's token expires
     * @param permitted whether the client's token or key is still valid
     * @param leave runs once, when the stream ends
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

    /** Returns the id of the watched video or account. */
    String subject() {
        return watchesOne() ? video : account;
    }

    boolean watchesOne() {
        return video != null;
    }

    /** Returns since when the client may have missed changes, in milliseconds; null for a new client. */
    Long since() {
        return since;
    }

    /** Returns whether the client has the present state. */
    boolean isInformed() {
        return informed;
    }

    void nowInformed() {
        informed = true;
    }

    // Methods that other threads call.

    /**
     * Adds events of videos and webhooks.
     *
     * @param found one or more; for a stream of one video, only that one
     * @param at when they were found, in milliseconds; 0 when that is unknown
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
     * Ends the stream if its client's token or key is no longer valid.
     *
     * @return whether the stream continues
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

    /**
     * Sends a heartbeat if one is due. Ends the stream when its token has expired, or its client has read nothing for
     * too long.
     *
     * @param heartbeat time without events after which a heartbeat is sent
     * @param patience time for which the client may read nothing
     */
    synchronized void lookAfter(Instant now, Duration heartbeat, Duration patience) {
        long nanos = System.nanoTime() - stateSince;
        if (state == State.BLOCKED && nanos > patience.toNanos()) {
            drop("has taken nothing for " + patience.toSeconds() + " s");
        } else if (now.isAfter(until)) {
            // The client reconnects with a new token, and gets the events then.
            waiting.clear();
            end();
        } else if (state == State.IDLE && nanos > heartbeat.toNanos()) {
            comment = REMINDER;
            wake();
        }
    }

    /** Ends the stream because the node stops: at once, or after the waiting events if the client reads them. */
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

    /** The container checks for time-outs once a second. */
    private void haveTimedOut() {
        askContainer(() -> async.setTimeout(1));
    }

    private void askContainer(Runnable request) {
        try {
            request.run();
        } catch (RuntimeException ended) {
            // A container that stops ends requests without a notification.
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

    // Methods that the container calls.

    /** Opens the stream, on the thread of the request. */
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

    /** Returns the bytes to send next; null for none. */
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

    /** Returns the state after everything was sent: still busy if there are more events by now. */
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

    /** Called when the client was disconnected, or the container stops. */
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
        // Otherwise the container would send an error page.
        event.getAsyncContext().complete();
    }

    /**
     * Runs without this object's lock: the container holds its own lock, which other threads acquire while they have
     * this one.
     */
    @Override
    public void onComplete(AsyncEvent event) {
        leave();
    }

    @Override
    public void onStartAsync(AsyncEvent event) {
        // The request continues, and this listener is added again.
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
