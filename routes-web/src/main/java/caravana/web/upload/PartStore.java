package caravana.web.upload;

import caravana.aws.AwsErrors;
import caravana.aws.BucketProperties;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Set;
import org.springframework.stereotype.Component;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.ChecksumAlgorithm;
import software.amazon.awssdk.services.s3.model.ChecksumType;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.UploadPartResponse;

/**
 * Originals in S3 while they arrive: multipart uploads, and the tails of uploads in pieces. Every write has a checksum
 * that S3 verifies, see {@link caravana.aws.WriteOnceClient}.
 */
@Component
class PartStore {

    private static final String TYPE = "application/octet-stream";
    private static final Set<String> NO_SUCH_UPLOAD = Set.of("NoSuchUpload");
    private static final Set<String> OTHER_PARTS = Set.of("InvalidPart", "InvalidPartOrder", "EntityTooSmall");

    private final S3Client s3;
    private final String bucket;

    PartStore(S3Client s3, BucketProperties storage) {
        this.s3 = s3;
        this.bucket = storage.bucket();
    }

    /**
     * A part that S3 has.
     *
     * @param number 1 to 10,000, in the order of the parts; there may be gaps
     * @param bytes length of the part
     * @param etag S3's ETag of the part
     * @param crc32c CRC-32C of its content, as S3 writes it; null when its client sent none
     */
    record Part(int number, int bytes, String etag, String crc32c) {

        private CompletedPart completed() {
            return CompletedPart.builder()
                    .partNumber(number)
                    .eTag(etag)
                    .checksumCRC32C(crc32c)
                    .build();
        }
    }

    /** Stores an object in one piece: a whole original, or a tail. */
    void put(String key, PartBuffer content) {
        s3.putObject(p -> p.bucket(bucket).key(key).contentType(TYPE), content.body());
    }

    /**
     * Starts a multipart upload whose parts clients send, and returns its id. It requires no particular checksum,
     * because S3 would then require one with each part.
     */
    String createDirect(String key) {
        return s3.createMultipartUpload(c -> c.bucket(bucket).key(key).contentType(TYPE))
                .uploadId();
    }

    /** Returns the parts that S3 has, by their numbers; empty when S3 no longer has the upload. */
    List<Part> parts(String key, String upload) {
        try {
            return s3.listPartsPaginator(l -> l.bucket(bucket).key(key).uploadId(upload)).parts().stream()
                    .map(part -> new Part(part.partNumber(), Math.toIntExact(part.size()), part.eTag(), null))
                    .toList();
        } catch (S3Exception e) {
            if (AwsErrors.hasCode(e, NO_SUCH_UPLOAD)) {
                return List.of();
            }
            throw e;
        }
    }

    /**
     * Completes a multipart upload whose parts clients sent. It may be repeated.
     *
     * @return false when a part was replaced in the meantime
     */
    boolean completeDirect(String key, String upload, List<Part> parts) {
        try {
            s3.completeMultipartUpload(c -> c.bucket(bucket)
                    .key(key)
                    .uploadId(upload)
                    .multipartUpload(
                            m -> m.parts(parts.stream().map(Part::completed).toList())));
            return true;
        } catch (S3Exception e) {
            if (AwsErrors.hasCode(e, OTHER_PARTS)) {
                return false;
            }
            throw e;
        }
    }

    /** Returns an object's length in bytes; null when there is no such object. */
    Long size(String key) {
        try {
            return s3.headObject(h -> h.bucket(bucket).key(key)).contentLength();
        } catch (NoSuchKeyException none) {
            return null;
        }
    }

    /** Returns an object's first bytes, at most so many. */
    byte[] first(String key, int bytes) throws IOException {
        try (InputStream in = s3.getObject(g -> g.bucket(bucket).key(key).range("bytes=0-" + (bytes - 1)))) {
            return in.readNBytes(bytes);
        }
    }

    /** Starts a multipart upload, and returns its id. */
    String create(String key) {
        return s3.createMultipartUpload(c -> c.bucket(bucket)
                        .key(key)
                        .contentType(TYPE)
                        .checksumAlgorithm(ChecksumAlgorithm.CRC32_C)
                        .checksumType(ChecksumType.FULL_OBJECT))
                .uploadId();
    }

    /** Sends a part. The SDK repeats a part that S3 refuses. */
    Part send(String key, String upload, int number, PartBuffer content) {
        UploadPartResponse sent =
                s3.uploadPart(u -> u.bucket(bucket).key(key).uploadId(upload).partNumber(number), content.body());
        return new Part(number, content.length(), sent.eTag(), sent.checksumCRC32C());
    }

    /** Completes a multipart upload. It may be repeated. */
    void complete(String key, String upload, List<Part> parts) {
        Crc32c whole = new Crc32c();
        parts.forEach(part -> whole.append(part.crc32c(), part.bytes()));
        s3.completeMultipartUpload(c -> c.bucket(bucket)
                .key(key)
                .uploadId(upload)
                .checksumType(ChecksumType.FULL_OBJECT)
                .checksumCRC32C(whole.text())
                .multipartUpload(
                        m -> m.parts(parts.stream().map(Part::completed).toList())));
    }

    /**
     * Aborts a multipart upload; S3 deletes its parts.
     *
     * @throws SdkException when S3 fails; a missing upload is not a failure
     */
    void abort(String key, String upload) {
        try {
            s3.abortMultipartUpload(a -> a.bucket(bucket).key(key).uploadId(upload));
        } catch (S3Exception e) {
            if (!AwsErrors.hasCode(e, NO_SUCH_UPLOAD)) {
                throw e;
            }
        }
    }

    /** Reads a tail into an empty buffer. */
    void getTail(String key, int bytes, PartBuffer into) throws IOException {
        try (InputStream tail = s3.getObject(g -> g.bucket(bucket).key(key))) {
            into.fill(tail, bytes, null);
            // Read to the end, where the checksum is compared.
            if (into.length() != bytes || tail.read() >= 0) {
                throw new IllegalStateException("The tail " + key + " does not have " + bytes + " bytes");
            }
        }
    }

    /** Deletes an object; a missing object is not a failure. */
    void delete(String key) {
        s3.deleteObject(d -> d.bucket(bucket).key(key));
    }

    /** Deletes everything of an upload except its original: multipart uploads that were not completed, and tails. */
    void removeLeftovers(String originalKey, String tails) {
        s3.listMultipartUploads(l -> l.bucket(bucket).prefix(originalKey))
                .uploads()
                .forEach(upload -> abort(upload.key(), upload.uploadId()));
        s3.listObjectsV2(l -> l.bucket(bucket).prefix(tails)).contents().forEach(tail -> delete(tail.key()));
    }
}
