package caravana.aws;

import java.time.Duration;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3Configuration;
import software.amazon.awssdk.services.s3.presigner.S3Presigner;
import software.amazon.awssdk.services.sqs.SqsClient;

/**
 * The AWS clients, one of each; Camel's components find them by type.
 *
 * <p>Credentials come from the SDK's default chain: instance role, environment variables, and so on.
 */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties({AwsProperties.class, QueueProperties.class, BucketProperties.class})
public class AwsConfiguration {

    /** A call that SQS does not answer. Above the longest long poll (20 s), since a receive is a call as well. */
    private static final Duration SQS_CALL_ATTEMPT = Duration.ofSeconds(25);

    @Bean(destroyMethod = "close")
    SqsClient sqsClient(AwsProperties aws) {
        return SqsClient.builder()
                .region(Region.of(aws.region()))
                .endpointOverride(aws.sqsEndpoint())
                .overrideConfiguration(c -> c.apiCallAttemptTimeout(SQS_CALL_ATTEMPT))
                .build();
    }

    @Bean(destroyMethod = "close")
    S3Client s3Client(AwsProperties aws) {
        return S3Client.builder()
                .region(Region.of(aws.region()))
                .endpointOverride(aws.s3Endpoint())
                .forcePathStyle(aws.s3Endpoint() != null)
                // S3 servers other than AWS do not know the SDK's newer default checksums.
                .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
                .build();
    }

    @Bean(destroyMethod = "close")
    S3Presigner s3Presigner(AwsProperties aws) {
        return S3Presigner.builder()
                .region(Region.of(aws.region()))
                .endpointOverride(aws.s3Endpoint())
                .serviceConfiguration(S3Configuration.builder()
                        .pathStyleAccessEnabled(aws.s3Endpoint() != null)
                        .build())
                .build();
    }
}
