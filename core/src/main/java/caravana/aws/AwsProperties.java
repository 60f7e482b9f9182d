package caravana.aws;

import jakarta.validation.constraints.NotBlank;
import java.net.URI;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.validation.annotation.Validated;

/**
 * Region and addresses of SQS and S3.
 *
 * @param region AWS region of queue and bucket
 * @param sqsEndpoint URL of an SQS server other than AWS; empty for AWS
 * @param s3Endpoint URL of an S3 server other than AWS; empty for AWS
 */
@Validated
@ConfigurationProperties(AwsProperties.PREFIX)
public record AwsProperties(@NotBlank String region, URI sqsEndpoint, URI s3Endpoint) {

    static final String PREFIX = "caravana.aws";

    public AwsProperties {
        sqsEndpoint = emptyToNull(sqsEndpoint);
        s3Endpoint = emptyToNull(s3Endpoint);
    }

    private static URI emptyToNull(URI uri) {
        return uri == null || uri.toString().isBlank() ? null : uri;
    }
}
