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

    /** What every answer may have of the heap, in bytes: the page, and lists of usual length, need nobody's leave. */
    private static final int FREE = 32 * 1024;

    /** The memory for what is longer is taken in pieces of this many bytes. */
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
     * @param hasBody false when it has the length of a body that is not sent, as to {@code HEAD}
     * @param owners returns who the memory of a large answer is charged to
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

    /** Whether the answer has been sent already, or is the container's to send. */
    boolean isSent() {
        return sent;
    }

    /** Whether the body found no memory: another answer is due. */
    boolean isDropped() {
        content();
        return dropped;
    }

    /** Takes another, short answer instead. */
    void replace() {
        dropped = false;
        reset();
    }

    /** Gives the memory back; what is collected is not used any more. */
    void release() {
        if (taken > 0) {
            owner.giveBack(taken);
            taken = 0;
        }
    }

    /** Takes the memory for that many bytes more. */
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

    /** What will not fit is not even read from its file. */
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

    /** Sends everything that was collected, for code that answers after the filters on a thread of the container. */
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

    /** Does nothing after the answer was dropped, so that the client gets this reason and no other. */
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

        /** @throws IOException when the answer is dropped, so that nobody continues writing */
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
