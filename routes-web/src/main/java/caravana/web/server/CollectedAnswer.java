package caravana.web.server;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.util.function.Supplier;
import org.springframework.util.FastByteArrayOutputStream;

/**
 * Buffers the body of an answer. Status and headers go to the real answer, which is not sent yet. If there is no memory
 * for the body, it is dropped, when its length is announced or while it is written; see {@link #isDropped}.
 */
final class CollectedAnswer extends HttpServletResponseWrapper {

    /** The bytes of each answer that are not counted: enough for the page, and for lists of usual length. */
    private static final int FREE = 32 * 1024;

    /** The memory of longer answers is taken in pieces of this many bytes. */
    private static final int PIECE = 16 * 1024;

    private final Supplier<ClientMemory.Owner> owners;
    private final boolean hasBody;
    private final FastByteArrayOutputStream body = new FastByteArrayOutputStream(1024);
    private ClientMemory.Owner owner;
    private long taken;
    private boolean dropped;
    private ServletOutputStream stream;
    private PrintWriter writer;
    private boolean sent;

    /**
     * @param hasBody false for an answer that has the length of a body but not the body, as to {@code HEAD}
     * @param owners returns the owner of a large answer's memory
     */
    CollectedAnswer(HttpServletResponse response, boolean hasBody, Supplier<ClientMemory.Owner> owners) {
        super(response);
        this.hasBody = hasBody;
        this.owners = owners;
    }

    FastByteArrayOutputStream content() {
        if (writer != null) {
            writer.flush();
        }
        return body;
    }

    /** Returns whether the answer was sent already, or the container will send it. */
    boolean isSent() {
        return sent;
    }

    /** Returns whether the body was dropped for lack of memory, so that another answer must be sent. */
    boolean isDropped() {
        content();
        return dropped;
    }

    /** Starts a short answer that replaces the dropped one. */
    void replace() {
        dropped = false;
        reset();
    }

    /** Returns the memory. The body must not be used afterwards. */
    void release() {
        if (taken > 0) {
            owner.giveBack(taken);
            taken = 0;
        }
    }

    /** Takes memory for more bytes; false when there is not enough. */
    private boolean hasRoomFor(long bytes) {
        long missing = body.size() + bytes - FREE - taken;
        if (missing > 0 && !dropped) {
            if (owner == null) {
                owner = owners.get();
            }
            long more = Math.max(missing, PIECE);
            if (owner.take(more)) {
                taken += more;
            } else {
                dropped = true;
                body.reset();
                release();
            }
        }
        return !dropped;
    }

    @Override
    public void setContentLength(int length) {
        setContentLengthLong(length);
    }

    /** Drops the body by its announced length, so that a file that does not fit is not read. */
    @Override
    public void setContentLengthLong(long length) {
        super.setContentLengthLong(length);
        if (hasBody) {
            hasRoomFor(length);
        }
    }

    @Override
    public ServletOutputStream getOutputStream() {
        if (stream == null) {
            stream = new Collecting();
        }
        return stream;
    }

    @Override
    public PrintWriter getWriter() {
        if (writer == null) {
            writer =
                    new PrintWriter(new OutputStreamWriter(getOutputStream(), Charset.forName(getCharacterEncoding())));
        }
        return writer;
    }

    /** Sends the collected answer. Code that answers after the filters, on a thread of the container, calls it. */
    @Override
    public void flushBuffer() throws IOException {
        sent = true;
        content().writeTo(super.getOutputStream());
        body.reset();
        super.flushBuffer();
    }

    @Override
    public boolean isCommitted() {
        return sent || super.isCommitted();
    }

    @Override
    public void reset() {
        super.reset();
        resetBuffer();
    }

    @Override
    public void resetBuffer() {
        super.resetBuffer();
        body.reset();
        release();
        stream = null;
        writer = null;
    }

    @Override
    public void sendError(int status) throws IOException {
        sendError(status, null);
    }

    /** Does nothing after the answer was dropped, so that the client gets the first error. */
    @Override
    public void sendError(int status, String message) throws IOException {
        if (!dropped) {
            sent = true;
            super.sendError(status, message);
        }
    }

    private final class Collecting extends ServletOutputStream {

        @Override
        public void write(int next) throws IOException {
            write(new byte[] {(byte) next}, 0, 1);
        }

        /** @throws IOException when the answer was dropped, so that its writer stops */
        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            if (!hasRoomFor(length)) {
                throw new IOException("There is no memory for the answer");
            }
            body.write(bytes, offset, length);
        }

        @Override
        public boolean isReady() {
            return true;
        }

        @Override
        public void setWriteListener(WriteListener listener) {
            throw new IllegalStateException("The answer is sent when it is complete; write it");
        }
    }
}
