package caravana.web.upload;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.function.BooleanSupplier;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.DelegatingS3Client;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.PutObjectResponse;
import software.amazon.awssdk.services.s3.model.UploadPartRequest;
import software.amazon.awssdk.services.s3.model.UploadPartResponse;

/**
 * Changes a byte of what is sent, after its checksum was taken and before it is signed: over TLS S3 has the checksum alone
 * to notice by, and the signature would notice before it here.
 */
final class DamagingClient extends DelegatingS3Client {

    private final BooleanSupplier damages;

    /** @param damages whether what is sent next is changed */
    DamagingClient(S3Client s3, BooleanSupplier damages) {
        super(s3);
        this.damages = damages;
    }

    @Override
    public PutObjectResponse putObject(PutObjectRequest put, RequestBody body) {
        return super.putObject(put, damaged(body));
    }

    @Override
    public UploadPartResponse uploadPart(UploadPartRequest part, RequestBody body) {
        return super.uploadPart(part, damaged(body));
    }

    private RequestBody damaged(RequestBody body) {
        return RequestBody.fromContentProvider(
                () -> damaged(body.contentStreamProvider().newStream()),
                body.optionalContentLength().orElseThrow(),
                body.contentType());
    }

    private InputStream damaged(InputStream in) {
        try (in) {
            byte[] bytes = in.readAllBytes();
            if (damages.getAsBoolean()) {
                bytes[bytes.length - 1] ^= 1;
            }
            return new ByteArrayInputStream(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
