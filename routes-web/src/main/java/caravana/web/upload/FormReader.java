package caravana.web.upload;

import caravana.web.http.InputText;
import caravana.web.http.Problem;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.apache.commons.fileupload2.core.FileItemHeaders;
import org.apache.commons.fileupload2.jakarta.servlet6.JakartaServletDiskFileUpload;

/**
 * Reads a {@code multipart/form-data} body (RFC 7578) of any length field by field, with one buffer.
 *
 * <p>A library parses the headers of fields. It does not search for the end of a field, because it compares each byte
 * of a video with the delimiter. The search here (Horspool) looks at about one byte in as many as the delimiter has.
 */
final class FormReader {

    private static final int BUFFER_BYTES = 64 * 1024;
    private static final int HEADER_BYTES = 64 * 1024;
    private static final byte[] HEADERS_END = {'\r', '\n', '\r', '\n'};
    private static final byte[] LINE_END = {'\r', '\n'};
    private static final byte[] LAST = {'-', '-'};

    /** One line of a header (RFC 9110, 5.1), its bytes decoded as ISO 8859-1. */
    private static final Pattern HEADER = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+:[^\\00\r\n]*");

    /** The line break of a header that continues on the next line. */
    private static final Pattern FOLD = Pattern.compile("\r\n[ \t]");

    private static final Pattern CONTROL_IN_NAME = Pattern.compile(
            "(?is)content-disposition:.*;[ \t]*+name[ \t]*+=[ \t]*+\"?[^\";]*[\\x00-\\x08\\x0a-\\x1f\\x7f].*");

    private final JakartaServletDiskFileUpload headers = new JakartaServletDiskFileUpload();
    private final InputStream in;
    private final byte[] delimiter;
    private final int[] shift = new int[256];
    private final byte[] buffer;

    /** The index of the first buffered byte that was not returned yet. */
    private int head;

    private int tail;

    /** The index of the next delimiter; -1 while it is not in the buffer. */
    private int found = -1;

    private boolean ended;
    private FileItemHeaders field;

    /**
     * @param contentType the request's {@code Content-Type}, with the boundary
     * @throws Problem 400 {@code malformed_form} when it has no boundary
     */
    FormReader(InputStream in, String contentType) {
        byte[] boundary = understood(() -> headers.getBoundary(contentType));
        if (boundary == null || boundary.length == 0) {
            throw malformed(
                    "The Content-Type has no boundary. Send multipart/form-data; boundary=… as in RFC " + "7578.");
        }
        this.in = in;
        delimiter =
                ("\r\n--" + new String(boundary, StandardCharsets.ISO_8859_1)).getBytes(StandardCharsets.ISO_8859_1);
        Arrays.fill(shift, delimiter.length);
        for (int i = 0; i < delimiter.length - 1; i++) {
            shift[delimiter[i] & 0xff] = delimiter.length - 1 - i;
        }
        buffer = new byte[BUFFER_BYTES + delimiter.length];
        // With this, the first delimiter, at the beginning of the body, looks like all others.
        buffer[0] = '\r';
        buffer[1] = '\n';
        tail = 2;
    }

    /**
     * Moves to the next field, and skips the unread rest of the current one.
     *
     * @return false when there are no more
     * @throws Problem 400 {@code malformed_form} when the body is not a complete form; 400 {@code invalid_request}
     *     when names in it are not UTF-8
     * @throws IOException when the client has disconnected
     */
    boolean next() throws IOException {
        content().transferTo(OutputStream.nullOutputStream());
        head += delimiter.length;
        found = find(head);
        byte[] after = content().readNBytes(2);
        if (Arrays.equals(after, LAST)) {
            return false;
        }
        if (!Arrays.equals(after, LINE_END)) {
            throw malformed("The form has no delimiter, or text follows a delimiter on the same line. Begin each "
                    + "part with a line of two hyphens and the boundary of the Content-Type.");
        }
        byte[] head = readHeaders();
        check(new String(head, StandardCharsets.ISO_8859_1));
        field = headers.getParsedHeaders(new String(head, StandardCharsets.ISO_8859_1));
        String named = name();
        field = headers.getParsedHeaders(
                InputText.decoded(named == null ? "a field's name" : "the file name of " + named, head));
        return true;
    }

    /** Returns the field's name; null when it has none. */
    String name() {
        return understood(() -> headers.getFieldName(field));
    }

    /**
     * Returns the name of the field's file; null when it has none.
     *
     * @throws Problem 400 {@code invalid_request} when it is not UTF-8
     */
    String fileName() {
        String name = understood(() -> headers.getFileName(field));
        // The library decodes filename*=UTF-8''… and replaces invalid bytes by U+FFFD.
        if (name != null
                && name.indexOf('\uFFFD') >= 0
                && field.getHeader("Content-Disposition").indexOf('\uFFFD') < 0) {
            throw Problem.invalid("The file name of " + InputText.shown(name()) + " is not valid UTF-8.");
        }
        return name;
    }

    /** Returns the field's media type; null when it has none. */
    String contentType() {
        return header("Content-Type");
    }

    /** Returns a header of the field; null when the field does not have it. */
    String header(String name) {
        return field.getHeader(name);
    }

    /**
     * Returns the field's content, which must be read before the next field. Reading it throws a {@link Problem} 400
     * {@code malformed_form} when the form ends within it.
     */
    InputStream content() {
        return new Content();
    }

    private byte[] readHeaders() throws IOException {
        InputStream rest = content();
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        for (int matched = 0; matched < HEADERS_END.length; ) {
            int next = rest.read();
            if (next < 0 || text.size() == HEADER_BYTES) {
                throw malformed("The headers of a part of the form do not end, or are longer than " + HEADER_BYTES
                        + " bytes. End them with an empty line.");
            }
            text.write(next);
            matched = next == HEADERS_END[matched] ? matched + 1 : next == '\r' ? 1 : 0;
        }
        return text.toByteArray();
    }

    /**
     * Refuses headers that the library would misread: it drops lines that it cannot parse, and control characters
     * around a name, which might then equal another field's name.
     */
    private static void check(String headers) {
        for (String header : FOLD.matcher(headers).replaceAll(" ").split("\r\n")) {
            if (!HEADER.matcher(header).matches()) {
                throw malformed("A header of a part of the form is not a name, a colon and a value without NUL"
                        + " characters. Correct or remove it.");
            }
            if (CONTROL_IN_NAME.matcher(header).matches()) {
                throw Problem.invalid("The name of a part of the form has a control character. Remove it.");
            }
        }
    }

    /** Returns how many buffered bytes belong to the content for certain. */
    private int available() {
        if (found >= 0) {
            return found - head;
        }
        // The last bytes may be the beginning of a delimiter, unless the body ends after them.
        return ended ? tail - head : Math.max(0, tail - head - delimiter.length + 1);
    }

    private void fill() throws IOException {
        System.arraycopy(buffer, head, buffer, 0, tail - head);
        tail -= head;
        head = 0;
        int count = in.read(buffer, tail, buffer.length - tail);
        if (count < 0) {
            ended = true;
            return;
        }
        int searched = Math.max(0, tail - delimiter.length + 1);
        tail += count;
        found = find(searched);
    }

    private int find(int from) {
        int last = delimiter.length - 1;
        for (int i = from + last; i < tail; i += shift[buffer[i] & 0xff]) {
            int k = last;
            while (k >= 0 && buffer[i - last + k] == delimiter[k]) {
                k--;
            }
            if (k < 0) {
                return i - last;
            }
        }
        return -1;
    }

    /**
     * Runs a function of the library. The library throws the JDK's exceptions for encoded words (RFC 2047) with invalid
     * base64.
     */
    private static <T> T understood(Supplier<T> parameter) {
        try {
            return parameter.get();
        } catch (IllegalArgumentException e) {
            throw malformed("A name, a file name or the boundary has an encoding that cannot be read. Send it "
                    + "without encoding, in UTF-8.");
        }
    }

    private static Problem malformed(String detail) {
        return new Problem(400, "malformed_form", detail);
    }

    private final class Content extends InputStream {

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            Objects.checkFromIndexSize(offset, length, into.length);
            if (length == 0) {
                return 0;
            }
            while (FormReader.this.available() == 0) {
                if (found >= 0) {
                    return -1;
                }
                if (ended) {
                    throw malformed(
                            "The form ends before its last delimiter: two hyphens, the boundary of the Content-Type"
                                    + " and two hyphens. Send all of it.");
                }
                fill();
            }
            int count = Math.min(length, FormReader.this.available());
            System.arraycopy(buffer, head, into, offset, count);
            head += count;
            return count;
        }
    }
}
