package caravana.web.http;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.Charset;

/** Keeps the body of an answer. Status and headers go to the answer itself, of which nothing is sent yet. */
final class CollectedAnswer extends HttpServletResponseWrapper {

    private final ByteArrayOutputStream body = new ByteArrayOutputStream();
    private ServletOutputStream stream;
    private PrintWriter writer;
    private boolean sent;

    CollectedAnswer(HttpServletResponse response) {
        super(response);
    }

    byte[] content() {
        if (writer != null) {
            writer.flush();
        }
        return body.toByteArray();
    }

    /** Whether the answer has been sent already, or is the container's to send. */
    boolean isSent() {
        return sent;
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
            writer = new PrintWriter(new OutputStreamWriter(body, Charset.forName(getCharacterEncoding())));
        }
        return writer;
    }

    /** For who answers after the filters, on a thread of the container's: all that was collected goes out. */
    @Override
    public void flushBuffer() throws IOException {
        sent = true;
        super.getOutputStream().write(content());
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
        stream = null;
        writer = null;
    }

    @Override
    public void sendError(int status) throws IOException {
        sent = true;
        super.sendError(status);
    }

    @Override
    public void sendError(int status, String message) throws IOException {
        sent = true;
        super.sendError(status, message);
    }

    private final class Collecting extends ServletOutputStream {

        @Override
        public void write(int next) {
            body.write(next);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) {
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
