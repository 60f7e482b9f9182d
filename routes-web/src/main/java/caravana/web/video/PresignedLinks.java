package caravana.web.video;

import caravana.aws.BucketProperties;
import java.time.Duration;
import org.springframework.stereotype.Component;
import software.amazon.awssdk.services.s3.presigner.S3Presigner;

/** Links through which a browser fetches an object from S3 by itself, for a while. */
@Component
public class PresignedLinks {

    private static final Duration VALID = Duration.ofMinutes(15);

    private final S3Presigner presigner;
    private final String bucket;

    PresignedLinks(S3Presigner presigner, BucketProperties storage) {
        this.presigner = presigner;
        this.bucket = storage.bucket();
    }

    /** A link to the object, valid for 15 minutes; null for no key. Nothing is asked of S3. */
    public String to(String key) {
        if (key == null) {
            return null;
        }
        return presigner
                .presignGetObject(p -> p.signatureDuration(VALID)
                        .getObjectRequest(g -> g.bucket(bucket).key(key)))
                .url()
                .toString();
    }
}
