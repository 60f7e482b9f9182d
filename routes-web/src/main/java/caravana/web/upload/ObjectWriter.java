package caravana.web.upload;

import caravana.aws.BucketProperties;
import caravana.aws.WriteOnceClient;
import caravana.media.MediaLimits;
import caravana.media.MediaRefusals;
import caravana.media.Refusal;
import caravana.web.http.Problem;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.ChecksumAlgorithm;
import software.amazon.awssdk.services.s3.model.ChecksumType;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.UploadPartResponse;

/**
 * Writes a stream of any length into one S3 object while its bytes arrive: no spool file, one part in memory.
 *
 * <p>A part that S3 refuses is sent again by the SDK, which a stream alone would not allow. Whatever goes wrong, nothing
 * is left in the bucket.
 */
@Component
public class ObjectWriter {

    private static final Logger log = LoggerFactory.getLogger(ObjectWriter.class);

    /** S3's smallest size for a part that is not the last. */
    private static final int PART_BYTES = 5 * 1024 * 1024;

    private static final int READ_BYTES = 64 * 1024;

    private final S3Client s3;
    private final String bucket;
    private final long maxBytes;
    private final MediaRefusals refusals;

    ObjectWriter(S3Client s3, BucketProperties storage, MediaLimits limits) {
        this.s3 = s3;
        this.bucket = storage.bucket();
        this.maxBytes = limits.size().toBytes();
        this.refusals = new MediaRefusals(limits);
    }

    /**
     * Stores the stream where the opening says; one that we have already is only read and counted.
     *
     * @return its length in bytes; 0 when the stream was empty, and nothing was stored
     * @throws Problem 413 {@code too_large} when the stream is longer than allowed; 415 {@code not_a_video} when its first
     *     bytes are another kind of file's, and nothing was stored
     * @throws IOException when the client went away
     * @throws SdkException when S3 failed
     */
    long take(InputStream in, Opening opening) throws IOException {
        byte[] first = in.readNBytes(Signatures.BYTES);
        VideoCheck.checkContent(first);
        InputStream all = new SequenceInputStream(new ByteArrayInputStream(first), in);
        return opening.originalKey() == null
                ? count(all)
                : write(all, opening.originalKey(), "application/octet-stream");
    }

    private long count(InputStream in) throws IOException {
        byte[] part = new byte[READ_BYTES];
        long total = 0;
        for (int length = in.read(part); length >= 0; length = in.read(part)) {
            total += length;
            checkSize(total);
        }
        return total;
    }

    /** Stores the whole stream; the type is the object's media type. */
    private long write(InputStream in, String key, String type) throws IOException {
        Part part = new Part();
        part.fill(in);
        checkSize(part.length);
        if (part.length == 0) {
            return 0;
        }
        if (part.length < PART_BYTES) {
            s3.putObject(p -> p.bucket(bucket).key(key).contentType(type), part.body());
            return part.length;
        }
        return writeParts(in, key, type, part);
    }

    private long writeParts(InputStream in, String key, String type, Part part) throws IOException {
        String upload = s3.createMultipartUpload(c -> c.bucket(bucket)
                        .key(key)
                        .contentType(type)
                        .checksumAlgorithm(ChecksumAlgorithm.CRC32_C)
                        .checksumType(ChecksumType.FULL_OBJECT))
                .uploadId();
        boolean complete = false;
        try {
            List<CompletedPart> parts = new ArrayList<>();
            CRC32C whole = new CRC32C();
            long total = 0;
            for (; part.length > 0; part.fill(in)) {
                total += part.length;
                checkSize(total);
                int number = parts.size() + 1;
                whole.update(part.bytes, 0, part.length);
                UploadPartResponse sent = s3.uploadPart(
                        u -> u.bucket(bucket).key(key).uploadId(upload).partNumber(number), part.body());
                parts.add(CompletedPart.builder()
                        .partNumber(number)
                        .eTag(sent.eTag())
                        .checksumCRC32C(sent.checksumCRC32C())
                        .build());
            }
            s3.completeMultipartUpload(c -> c.bucket(bucket)
                    .key(key)
                    .uploadId(upload)
                    .checksumType(ChecksumType.FULL_OBJECT)
                    .checksumCRC32C(WriteOnceClient.text(whole))
                    .multipartUpload(m -> m.parts(parts)));
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
            s3.abortMultipartUpload(a -> a.bucket(bucket).key(key).uploadId(upload));
        } catch (SdkException e) {
            log.warn("Parts of {} are left for the bucket's lifecycle rule: {}", key, e.toString());
        }
    }

    /** @throws Problem 413 {@code too_large} when that is more than allowed */
    void checkSize(long total) {
        if (total > maxBytes) {
            Refusal refusal = refusals.tooLarge();
            throw new Problem(413, refusal.code(), refusal.sentence());
        }
    }

    /**
     * What is sent to S3 in one piece. It takes the memory of what has arrived, and not of what may: most uploads are slow, and
     * many are small.
     */
    private static final class Part {
        private byte[] bytes = new byte[READ_BYTES];
        private int length;

        /** Reads until the part is full or the stream ends; afterwards {@link #length} is what was read. */
        void fill(InputStream in) throws IOException {
            length = in.readNBytes(bytes, 0, bytes.length);
            while (length == bytes.length && length < PART_BYTES) {
                bytes = Arrays.copyOf(bytes, Math.min(2 * length, PART_BYTES));
                length += in.readNBytes(bytes, length, bytes.length - length);
            }
        }

        RequestBody body() {
            int sent = length;
            return RequestBody.fromContentProvider(
                    () -> new ByteArrayInputStream(bytes, 0, sent), sent, "application/octet-stream");
        }
    }
}
