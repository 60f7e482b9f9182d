package caravana.bench.plain;

import java.net.URI;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3Configuration;
import software.amazon.awssdk.services.s3.presigner.S3Presigner;

/**
 * The object store that the environment names, with the settings of our apps and with credentials from the environment.
 */
final class Stores {

    private static final Region REGION = Region.of(System.getenv().getOrDefault("AWS_REGION", "us-east-1"));
    private static final URI ENDPOINT = URI.create(System.getenv("AWS_ENDPOINT_URL_S3"));

    private Stores() {}

    static String bucket() {
        return System.getenv("S3_BUCKET");
    }

    static S3Client client() {
        return S3Client.builder()
                .region(REGION)
                .endpointOverride(ENDPOINT)
                .forcePathStyle(true)
                .build();
    }

    static S3Presigner presigner() {
        return S3Presigner.builder()
                .region(REGION)
                .endpointOverride(ENDPOINT)
                .serviceConfiguration(
                        S3Configuration.builder().pathStyleAccessEnabled(true).build())
                .build();
    }
}
