package caravana.web.reconcile;

import caravana.aws.BucketProperties;
import caravana.checks.StepOnly;
import java.util.List;
import org.apache.camel.ExchangeProperty;
import org.springframework.stereotype.Component;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.ObjectIdentifier;
import software.amazon.awssdk.services.s3.model.S3Error;
import software.amazon.awssdk.services.s3.model.S3Object;

/** Lists the objects that the jobs of a video have stored, for all of its claims. */
@Component("storedResults")
public class StoredResults {

    /** The most keys of one request to S3. */
    private static final int MOST_AT_ONCE = 1000;

    private final S3Client s3;
    private final String bucket;

    StoredResults(S3Client s3, BucketProperties storage) {
        this.s3 = s3;
        this.bucket = storage.bucket();
    }

    /** Returns the keys of all objects. */
    @StepOnly
    public List<String> keys(@ExchangeProperty("video_id") String video) {
        return s3.listObjectsV2Paginator(l -> l.bucket(bucket).prefix("processed/" + video + "/")).contents().stream()
                .map(S3Object::key)
                .toList();
    }

    /**
     * Returns the objects that no output of the video uses.
     *
     * @param listed keys of objects
     * @param named keys of objects, and prefixes of keys that end with a slash
     */
    public List<String> notNamed(List<String> listed, List<String> named) {
        return listed.stream()
                .filter(key ->
                        named.stream().noneMatch(name -> name.endsWith("/") ? key.startsWith(name) : key.equals(name)))
                .toList();
    }

    /**
     * Deletes objects; one that does not exist counts as deleted.
     *
     * @throws IllegalStateException when S3 refuses some of them
     */
    @StepOnly
    public void delete(List<String> keys) {
        for (int from = 0; from < keys.size(); from += MOST_AT_ONCE) {
            List<ObjectIdentifier> some = keys.subList(from, Math.min(keys.size(), from + MOST_AT_ONCE)).stream()
                    .map(key -> ObjectIdentifier.builder().key(key).build())
                    .toList();
            List<S3Error> refused = s3.deleteObjects(d -> d.bucket(bucket).delete(all -> all.objects(some)))
                    .errors();
            if (!refused.isEmpty()) {
                throw new IllegalStateException(refused.size() + " objects were not deleted: "
                        + refused.get(0).key() + ": " + refused.get(0).message());
            }
        }
    }
}
