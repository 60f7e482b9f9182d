package caravana.web.links;

import caravana.aws.BucketProperties;
import caravana.web.http.FileName;
import java.net.URI;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import org.springframework.stereotype.Component;
import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.context.request.ServletRequestAttributes;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4FamilyHttpSigner.AuthLocation;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;
import software.amazon.awssdk.identity.spi.IdentityProvider;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * Makes links with which a client downloads an object from S3, or uploads one, without web. They are valid for 15
 * minutes, and making one calls no server.
 *
 * <p>They are signed by the SDK's signer and not by its {@code S3Presigner}, which runs all stages of a request for
 * each link and takes three times as long: every answer about a processed video has at least three links.
 */
@Component
public class PresignedLinks {

    /** How long the links are valid. */
    public static final Duration VALID = Duration.ofMinutes(15);

    private static final Map<String, String> ASSET_ENDINGS =
            Map.of("image/png", ".png", "image/svg+xml", ".svg", "application/x-subrip", ".srt", "text/vtt", ".vtt");

    private final AwsV4HttpSigner presigner = AwsV4HttpSigner.create();
    private final IdentityProvider<? extends AwsCredentialsIdentity> credentials;
    private final String region;

    /** The address of the bucket, to which keys are appended. */
    private final String bucketAddress;

    PresignedLinks(S3Client s3, BucketProperties storage) {
        credentials = s3.serviceClientConfiguration().credentialsProvider();
        region = s3.serviceClientConfiguration().region().id();
        String any = "any";
        String address =
                s3.utilities().getUrl(u -> u.bucket(storage.bucket()).key(any)).toString();
        bucketAddress = address.substring(0, address.length() - any.length());
    }

    /**
     * Returns scheme, host and port of all links, which depend on {@code S3_BUCKET}, {@code AWS_REGION} and {@code
     * AWS_ENDPOINT_URL_S3}. This needs no credentials.
     */
    public String origin() {
        URI address = URI.create(bucketAddress);
        return address.getScheme() + "://" + address.getAuthority();
    }

    /**
     * Returns a link to the original. Browsers save the file instead of opening it, because it may be anything, such as
     * a page with scripts.
     *
     * @param row the video's row
     * @return null when there is no original
     */
    public String original(Map<String, Object> row) {
        Object name = row.get("original_name");
        return to(
                (String) row.get("original_key"),
                "application/octet-stream",
                "attachment",
                name == null ? title(row) : (String) name);
    }

    /** Returns a link to the finished clip; null when there is none. */
    public String processed(Map<String, Object> row) {
        return to((String) row.get("processed_key"), "video/mp4", "inline", title(row) + ".mp4");
    }

    /** Returns a link to the poster image; null when there is none. */
    public String poster(Map<String, Object> row) {
        return to((String) row.get("poster_key"), "image/jpeg", "inline", title(row) + ".jpg");
    }

    /**
     * Returns a link to a file of the result. Links to the main video and the poster are those of {@link #processed}
     * and {@link #poster}.
     */
    public String output(Map<String, Object> row, VideoOutput output) {
        if (output.key().equals(row.get("processed_key"))) {
            return processed(row);
        }
        if (output.key().equals(row.get("poster_key"))) {
            return poster(row);
        }
        return to(output.key(), output.mediaType(), "inline", title(row) + " " + output.name());
    }

    /**
     * Returns a link to the file of an asset. Browsers save an SVG instead of opening it: as a page, it could run
     * scripts.
     *
     * @param row the asset's row
     */
    public String asset(Map<String, Object> row) {
        String type = (String) row.get("media_type");
        String way = type.equals("image/svg+xml") ? "attachment" : "inline";
        return to((String) row.get("object_key"), type, way, assetName(row, type));
    }

    /** Returns a link to the file of an export. */
    public String export(String key) {
        return to(key, "application/zip", "attachment", "caravana.zip");
    }

    /** Returns a link to a segment of a rendition. */
    String segment(String key, String mediaType, Duration valid) {
        return signed(
                SdkHttpRequest.builder()
                        .method(asked())
                        .uri(URI.create(bucketAddress + key))
                        .putRawQueryParameter("response-content-type", mediaType)
                        .build(),
                valid);
    }

    /** Returns the asset's name with the extension of its type. */
    private static String assetName(Map<String, Object> row, String type) {
        String name = String.valueOf(row.get("name"));
        String ending = ASSET_ENDINGS.get(type);
        return name.toLowerCase(Locale.ROOT).endsWith(ending) ? name : name + ending;
    }

    /**
     * Returns the method of the request. A client that requests a redirect by {@code HEAD} also follows it by {@code
     * HEAD}, and a signature is valid for one method.
     */
    private static SdkHttpMethod asked() {
        return RequestContextHolder.getRequestAttributes() instanceof ServletRequestAttributes call
                        && call.getRequest().getMethod().equals("HEAD")
                ? SdkHttpMethod.HEAD
                : SdkHttpMethod.GET;
    }

    private static String title(Map<String, Object> row) {
        return String.valueOf(row.get("title"));
    }

    private String to(String key, String type, String way, String name) {
        if (key == null) {
            return null;
        }
        return signed(SdkHttpRequest.builder()
                .method(asked())
                .uri(URI.create(bucketAddress + key))
                .putRawQueryParameter("response-content-disposition", FileName.disposition(way, name))
                .putRawQueryParameter("response-content-type", type)
                .build());
    }

    /**
     * Returns a link for the upload of one part of a multipart upload, with exactly this length.
     *
     * @param upload the multipart upload's id in S3
     * @param number of the part, 1 to 10,000
     * @param bytes length of the part
     */
    public String part(String key, String upload, int number, long bytes) {
        return signed(put(key, bytes)
                .putRawQueryParameter("partNumber", String.valueOf(number))
                .putRawQueryParameter("uploadId", upload)
                .build());
    }

    /**
     * Returns a link for the upload of an object with exactly this length. The client must send {@code If-None-Match:
     * *}, so that it cannot replace an object.
     */
    public String whole(String key, long bytes) {
        return signed(put(key, bytes).putHeader("If-None-Match", "*").build());
    }

    private SdkHttpRequest.Builder put(String key, long bytes) {
        return SdkHttpRequest.builder()
                .method(SdkHttpMethod.PUT)
                .uri(URI.create(bucketAddress + key))
                .putHeader("Content-Length", String.valueOf(bytes));
    }

    private String signed(SdkHttpRequest request) {
        return signed(request, VALID);
    }

    private String signed(SdkHttpRequest request, Duration valid) {
        return presigner
                .sign(r -> r.request(request)
                        .identity(credentials.resolveIdentity().join())
                        .putProperty(AwsV4HttpSigner.SERVICE_SIGNING_NAME, "s3")
                        .putProperty(AwsV4HttpSigner.REGION_NAME, region)
                        .putProperty(AwsV4HttpSigner.AUTH_LOCATION, AuthLocation.QUERY_STRING)
                        .putProperty(AwsV4HttpSigner.EXPIRATION_DURATION, valid)
                        .putProperty(AwsV4HttpSigner.PAYLOAD_SIGNING_ENABLED, false)
                        // Only S3 uses paths without encoding them again.
                        .putProperty(AwsV4HttpSigner.DOUBLE_URL_ENCODE, false)
                        .putProperty(AwsV4HttpSigner.NORMALIZE_PATH, false))
                .request()
                .getUri()
                .toString();
    }
}
