package caravana.aws;

import jakarta.validation.constraints.NotBlank;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.validation.annotation.Validated;

/**
 * The bucket for originals ({@code uploads/}) and results ({@code processed/}).
 *
 * @param bucket name of the S3 bucket for originals and results
 */
@Validated
@ConfigurationProperties("caravana.s3")
public record BucketProperties(
        @NotBlank(message = "set S3_BUCKET to the bucket's name")
        String bucket) {}
