package caravana.web.upload;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.Arrays;
import software.amazon.awssdk.core.sync.RequestBody;

/**
 * The buffer for one part of an S3 upload. It grows with the bytes that have arrived: most uploads are slow, and many
 * are small.
 */
final class PartBuffer {

    /** S3's smallest size for a part that is not the last. */
    static final int SMALLEST_PART = 5 * 1024 * 1024;

    private static final int READ_BYTES = 64 * 1024;

    private byte[] bytes = new byte[READ_BYTES];
    private int length;

    /** How many bytes it holds. */
    int length() {
        return length;
    }

    /** Forgets what it holds, and keeps the memory. */
    void clear() {
        length = 0;
    }

    /** The first bytes that it holds. */
    byte[] first(int count) {
        return Arrays.copyOf(bytes, Math.min(count, length));
    }

    /**
     * Reads until it holds so many bytes or the stream ends. When reading fails, it holds what was read before.
     *
     * @param sum takes what is read; null for none
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

    /** Its content now, for S3, as often as it must be sent. */
    RequestBody body() {
        int sent = length;
        return RequestBody.fromContentProvider(
                () -> new ByteArrayInputStream(bytes, 0, sent), sent, "application/octet-stream");
    }
}
