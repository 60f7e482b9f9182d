package caravana.web.video;

import caravana.aws.BucketProperties;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import org.springframework.http.ContentDisposition;
import org.springframework.stereotype.Component;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3Utilities;
import software.amazon.awssdk.services.s3.presigner.S3Presigner;

/** Links through which a browser fetches an object from S3 by itself, for 15 minutes. Nothing is asked of S3. */
@Component
public class PresignedLinks {

    /** How long they are valid. */
    static final Duration VALID = Duration.ofMinutes(15);

    private final S3Presigner presigner;
    private final S3Utilities addresses;
    private final String bucket;

    PresignedLinks(S3Presigner presigner, S3Client s3, BucketProperties storage) {
        this.presigner = presigner;
        this.addresses = s3.utilities();
        this.bucket = storage.bucket();
    }

    /**
     * Scheme, host and port of all links, as {@code S3_BUCKET}, {@code AWS_REGION} and {@code AWS_ENDPOINT_URL_S3} make
     * them. No credentials are needed for it.
     */
    public String origin() {
        URL any = addresses.getUrl(u -> u.bucket(bucket).key("any"));
        return any.getProtocol() + "://" + any.getAuthority();
    }

    /**
     * To what was uploaded. It could be anything, a page with scripts as well, so a browser is told to save it.
     *
     * @param row the video's row
     * @return null when there is none
     */
    String original(Map<String, Object> row) {
        Object name = row.get("original_name");
        ContentDisposition saved = ContentDisposition.attachment()
                .filename(name == null ? title(row) : (String) name, StandardCharsets.UTF_8)
                .build();
        return to((String) row.get("original_key"), "application/octet-stream", saved);
    }

    /** To the finished clip; null when there is none. */
    String processed(Map<String, Object> row) {
        return to((String) row.get("processed_key"), "video/mp4", shown(title(row) + ".mp4"));
    }

    /** To the poster image; null when there is none. */
    String poster(Map<String, Object> row) {
        return to((String) row.get("poster_key"), "image/jpeg", shown(title(row) + ".jpg"));
    }

    private static String title(Map<String, Object> row) {
        return String.valueOf(row.get("title"));
    }

    private static ContentDisposition shown(String name) {
        return ContentDisposition.inline()
                .filename(name, StandardCharsets.UTF_8)
                .build();
    }

    private String to(String key, String type, ContentDisposition disposition) {
        if (key == null) {
            return null;
        }
        return presigner
                .presignGetObject(p -> p.signatureDuration(VALID)
                        .getObjectRequest(g -> g.bucket(bucket)
                                .key(key)
                                .responseContentType(type)
                                .responseContentDisposition(disposition.toString())))
                .url()
                .toString();
    }
}
