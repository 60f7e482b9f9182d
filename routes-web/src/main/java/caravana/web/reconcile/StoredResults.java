package caravana.web.reconcile;

import caravana.aws.BucketProperties;
import java.util.List;
import org.apache.camel.ExchangeProperty;
import org.springframework.stereotype.Component;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Object;

/** The objects that jobs have stored for a video, whichever of its claims did. */
@Component("storedResults")
public class StoredResults {

    private final S3Client s3;
    private final String bucket;

    StoredResults(S3Client s3, BucketProperties storage) {
        this.s3 = s3;
        this.bucket = storage.bucket();
    }

    /** The keys of all of them. */
    public List<String> keys(@ExchangeProperty("video_id") String video) {
        return s3.listObjectsV2Paginator(l -> l.bucket(bucket).prefix("processed/" + video + "/")).contents().stream()
                .map(S3Object::key)
                .toList();
    }

    /**
     * Whether no output of the video names the object.
     *
     * @param named keys of objects, and what many keys begin with, which ends with a slash
     */
    public boolean isLeft(String key, List<String> named) {
        return named.stream().noneMatch(name -> name.endsWith("/") ? key.startsWith(name) : key.equals(name));
    }
}
