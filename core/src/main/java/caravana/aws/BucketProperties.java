package caravana.aws;

import jakarta.validation.constraints.NotBlank;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.validation.annotation.Validated;

/**
 * Where originals ({@code uploads/}) and results ({@code processed/}) are kept.
 *
 * @param bucket the S3 bucket's name
 */
@Validated
@ConfigurationProperties("caravana.s3")
public record BucketProperties(
        @NotBlank(message = "set S3_BUCKET to the bucket's name")
        String bucket) {}
