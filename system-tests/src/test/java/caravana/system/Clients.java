package caravana.system;

import caravana.local.LocalStack;
import java.net.URI;
import java.util.Map;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.sqs.SqsClient;

/** Clients of a local stack's own servers. */
public final class Clients {

    private Clients() {}

    /** Of its S3 server. */
    public static S3Client s3(LocalStack stack) {
        return s3(stack.environment());
    }

    /** Of an S3 server, by the settings that an app would have. */
    public static S3Client s3(Map<String, String> settings) {
        return S3Client.builder()
                .region(Region.US_EAST_1)
                .credentialsProvider(credentials(settings))
                .endpointOverride(URI.create(settings.get("AWS_ENDPOINT_URL_S3")))
                .forcePathStyle(true)
                .build();
    }

    /** Of an SQS server, by the settings that an app would have. */
    public static SqsClient sqs(Map<String, String> settings) {
        return SqsClient.builder()
                .region(Region.US_EAST_1)
                .credentialsProvider(credentials(settings))
                .endpointOverride(URI.create(settings.get("AWS_ENDPOINT_URL_SQS")))
                .build();
    }

    private static StaticCredentialsProvider credentials(Map<String, String> settings) {
        return StaticCredentialsProvider.create(
                AwsBasicCredentials.create(settings.get("AWS_ACCESS_KEY_ID"), settings.get("AWS_SECRET_ACCESS_KEY")));
    }
}
