package caravana.aws;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.Set;
import java.util.zip.CRC32C;
import java.util.zip.CheckedInputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.core.sync.ResponseTransformer;
import software.amazon.awssdk.services.s3.DelegatingS3Client;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.ChecksumMode;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadResponse;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.PutObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.UploadPartRequest;
import software.amazon.awssdk.services.s3.model.UploadPartResponse;

/**
 * An S3 client for objects that are written once: their keys contain the id of the upload, or the token of the claim,
 * that writes them.
 *
 * <p>Each put, part and completion carries a CRC-32C of its content. S3 checks it before it stores anything, and keeps
 * it with the object, so that downloads are validated with it. An existing object is never overwritten.
 *
 * <p>When the answer to a write is lost, the SDK repeats the write. S3 refuses the repetition, because the object
 * exists, or because the multipart upload no longer exists. If the stored object has the expected content, the write
 * counts as successful.
 */
public final class WriteOnceClient extends DelegatingS3Client {

    private static final Logger log = LoggerFactory.getLogger(WriteOnceClient.class);
    private static final String NOTHING = "*";
    private static final int EXISTS = 412;
    private static final Set<String> COMPLETED_OR_ABORTED = Set.of("NoSuchUpload");
    private static final int BUFFER = 64 * 1024;

    public WriteOnceClient(S3Client s3) {
        super(s3);
    }

    /**
     * Stores an object.
     *
     * @param body the content; it must be readable more than once, for repetitions
     * @throws S3Exception 412 when another object has that key
     */
    @Override
    public PutObjectResponse putObject(PutObjectRequest put, RequestBody body) {
        String checksum = checksum(body);
        try {
            return super.putObject(
                    put.toBuilder()
                            .checksumCRC32C(checksum)
                            .ifNoneMatch(NOTHING)
                            .build(),
                    body);
        } catch (S3Exception e) {
            String tag = tagOfOurs(e, put.bucket(), put.key(), checksum);
            return PutObjectResponse.builder()
                    .eTag(tag)
                    .checksumCRC32C(checksum)
                    .build();
        }
    }

    /**
     * Fetches an object. Reading it to its end fails when its content does not match its checksum.
     *
     * @param <R> what the transformer makes of the content
     */
    @Override
    public <R> R getObject(GetObjectRequest get, ResponseTransformer<GetObjectResponse, R> transformer) {
        return super.getObject(
                get.toBuilder().checksumMode(ChecksumMode.ENABLED).build(), transformer);
    }

    /**
     * Sends one part of a multipart upload.
     *
     * @param body the content; it must be readable more than once, for repetitions
     * @return the answer with the checksum that was sent. S3 has verified it, but not every server repeats it
     */
    @Override
    public UploadPartResponse uploadPart(UploadPartRequest part, RequestBody body) {
        String checksum = checksum(body);
        UploadPartResponse stored =
                super.uploadPart(part.toBuilder().checksumCRC32C(checksum).build(), body);
        return stored.toBuilder().checksumCRC32C(checksum).build();
    }

    /**
     * Completes a multipart upload: S3 makes one object of its parts.
     *
     * @param completion has the CRC-32C of the whole object. Without one, for parts that other programs sent, any
     *     object with that key counts as the result
     * @throws S3Exception 412 when another object has that key; 404 when there is no such upload
     */
    @Override
    public CompleteMultipartUploadResponse completeMultipartUpload(CompleteMultipartUploadRequest completion) {
        try {
            return super.completeMultipartUpload(
                    completion.toBuilder().ifNoneMatch(NOTHING).build());
        } catch (S3Exception e) {
            String tag = tagOfOurs(e, completion.bucket(), completion.key(), completion.checksumCRC32C());
            return CompleteMultipartUploadResponse.builder().eTag(tag).build();
        }
    }

    /**
     * Returns the ETag of the existing object if it has the content that the refused write had; otherwise throws the
     * refusal.
     */
    private String tagOfOurs(S3Exception refusal, String bucket, String key, String checksum) {
        if (refusal.statusCode() != EXISTS && !AwsErrors.hasCode(refusal, COMPLETED_OR_ABORTED)) {
            throw refusal;
        }
        try {
            HeadObjectResponse stored =
                    headObject(h -> h.bucket(bucket).key(key).checksumMode(ChecksumMode.ENABLED));
            if (checksum == null || checksum.equals(stored.checksumCRC32C())) {
                log.info("{} was stored already, by a write whose answer was lost", key);
                return stored.eTag();
            }
        } catch (NoSuchKeyException nothingStored) {
            refusal.addSuppressed(nothingStored);
        }
        throw refusal;
    }

    private static String checksum(RequestBody body) {
        CRC32C sum = new CRC32C();
        byte[] buffer = new byte[BUFFER];
        try (InputStream in =
                new CheckedInputStream(body.contentStreamProvider().newStream(), sum)) {
            while (in.read(buffer) >= 0) {
                // Reading updates the checksum.
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text(sum);
    }

    /** Writes a CRC-32C as S3 does: four bytes, the highest first, in base64. */
    public static String text(CRC32C sum) {
        byte[] bytes =
                ByteBuffer.allocate(Integer.BYTES).putInt((int) sum.getValue()).array();
        return Base64.getEncoder().encodeToString(bytes);
    }
}
