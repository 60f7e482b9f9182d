package caravana.web.upload;

import caravana.media.MediaLimits;
import caravana.media.MediaRefusals;
import caravana.media.Refusal;
import caravana.web.http.Problem;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import software.amazon.awssdk.core.exception.SdkException;

/**
 * Writes a stream of any length into one S3 object while its bytes arrive: without a temporary file, with one part in
 * memory.
 *
 * <p>The SDK repeats a part that S3 refuses, which would be impossible with the stream alone. After any failure,
 * nothing is left in the bucket.
 */
@Component
public class ObjectWriter {

    private static final Logger log = LoggerFactory.getLogger(ObjectWriter.class);

    private static final int READ_BYTES = 64 * 1024;

    private final PartStore store;
    private final long maxBytes;
    private final MediaRefusals refusals;

    ObjectWriter(PartStore store, MediaLimits limits) {
        this.store = store;
        this.maxBytes = limits.size().toBytes();
        this.refusals = new MediaRefusals(limits);
    }

    /**
     * Stores the stream under the key of the opening. If the upload is a repetition, the stream is only read and
     * counted.
     *
     * @return its length in bytes; 0 when the stream was empty, and nothing was stored
     * @throws Problem 413 {@code too_large} when the stream is longer than allowed; 415 {@code not_a_video} when
     *     its first bytes are those of another kind of file, and nothing was stored
     * @throws IOException when the client has disconnected
     * @throws SdkException when S3 failed
     */
    long take(InputStream in, Opening opening) throws IOException {
        byte[] first = in.readNBytes(Signatures.BYTES);
        VideoCheck.checkContent(first);
        InputStream all = new SequenceInputStream(new ByteArrayInputStream(first), in);
        return opening.originalKey() == null ? count(all) : write(all, opening.originalKey());
    }

    private long count(InputStream in) throws IOException {
        byte[] part = new byte[READ_BYTES];
        long total = 0;
        for (int length = in.read(part); length >= 0; length = in.read(part)) {
            total += length;
            checkArrived(total);
        }
        return total;
    }

    /** Stores the whole stream. */
    private long write(InputStream in, String key) throws IOException {
        PartBuffer part = new PartBuffer();
        boolean ended = part.fill(in, PartBuffer.SMALLEST_PART, null);
        checkArrived(part.length());
        if (part.length() == 0) {
            return 0;
        }
        if (ended) {
            store.put(key, part);
            return part.length();
        }
        return writeParts(in, key, part);
    }

    private long writeParts(InputStream in, String key, PartBuffer part) throws IOException {
        String upload = store.create(key);
        boolean complete = false;
        try {
            List<PartStore.Part> parts = new ArrayList<>();
            long total = 0;
            while (part.length() > 0) {
                total += part.length();
                checkArrived(total);
                parts.add(store.send(key, upload, parts.size() + 1, part));
                part.clear();
                part.fill(in, PartBuffer.SMALLEST_PART, null);
            }
            store.complete(key, upload, parts);
            complete = true;
            return total;
        } finally {
            if (!complete) {
                abort(key, upload);
            }
        }
    }

    private void abort(String key, String upload) {
        try {
            store.abort(key, upload);
        } catch (SdkException e) {
            log.warn("Parts of {} are left for the bucket's lifecycle rule: {}", key, e.toString());
        }
    }

    /** Returns the size of the largest allowed file in bytes. */
    long maxBytes() {
        return maxBytes;
    }

    /**
     * Checks a file of known size.
     *
     * @throws Problem 413 {@code too_large} when it is larger than allowed
     */
    void checkSize(long total) {
        check(total, refusals.tooLarge(total));
    }

    /**
     * Checks a file of which at least so many bytes have arrived.
     *
     * @throws Problem 413 {@code too_large} when it is larger than allowed
     */
    void checkArrived(long bytes) {
        check(bytes, refusals.tooLarge());
    }

    private void check(long bytes, Refusal refusal) {
        if (bytes > maxBytes) {
            throw new Problem(413, refusal.code(), refusal.sentence());
        }
    }
}
