package caravana.web.upload;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.Arrays;
import software.amazon.awssdk.core.sync.RequestBody;

/**
 * The buffer for one part of an S3 upload. It grows with the bytes that arrive, because most uploads are slow, and many
 * are small.
 */
final class PartBuffer {

    /** S3's smallest size of a part except the last one, in bytes. */
    static final int SMALLEST_PART = 5 * 1024 * 1024;

    private static final int READ_BYTES = 64 * 1024;

    private byte[] bytes = new byte[READ_BYTES];
    private int length;

    /** Returns the number of bytes in the buffer. */
    int length() {
        return length;
    }

    /** Empties the buffer, and keeps its memory. */
    void clear() {
        length = 0;
    }

    /** Returns the first bytes of the buffer. */
    byte[] first(int count) {
        return Arrays.copyOf(bytes, Math.min(count, length));
    }

    /**
     * Reads until the buffer has so many bytes or the stream ends. When reading fails, the buffer has the bytes before
     * the failure.
     *
     * @param upTo the length of the full buffer in bytes
     * @param sum is updated with the bytes; null for none
     * @return whether the stream has ended
     */
    boolean fill(InputStream in, long upTo, MessageDigest sum) throws IOException {
        while (length < upTo) {
            if (length == bytes.length) {
                bytes = Arrays.copyOf(bytes, (int) Math.min(2L * length, Math.max(upTo, SMALLEST_PART)));
            }
            int count = in.read(bytes, length, (int) Math.min(upTo, bytes.length) - length);
            if (count < 0) {
                return true;
            }
            if (sum != null) {
                sum.update(bytes, length, count);
            }
            length += count;
        }
        return false;
    }

    /** Returns the current content for S3. It can be read more than once. */
    RequestBody body() {
        int sent = length;
        return RequestBody.fromContentProvider(
                () -> new ByteArrayInputStream(bytes, 0, sent), sent, "application/octet-stream");
    }
}
