package caravana.web.links;

import caravana.web.secret.RsaKeys;
import jakarta.validation.constraints.AssertTrue;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.validation.annotation.Validated;

/**
 * A CloudFront distribution in front of the bucket, from which players get segments. Without it, they get them from S3.
 *
 * @param url address of the CloudFront distribution from which players get segments, such as
 *     {@code https://d111111abcdef8.cloudfront.net}; empty for S3 itself
 * @param keyId id of the public key that verifies signed links, in a key group that the CloudFront distribution trusts,
 *     such as {@code K2JCJMDEHXQW5F}
 * @param privateKey RSA private key of 2,048 bits that signs links to the CloudFront distribution, in PKCS #8: as PEM,
 *     or only its base64
 */
@Validated
@ConfigurationProperties("caravana.cdn")
public record CdnProperties(
        @NotNull
        @Pattern(
                regexp = "(https?://[^/?#@\\s]+)?",
                message =
                        "set CARAVANA_CDN_URL to an address such as https://d111111abcdef8.cloudfront.net, without a path")
        String url,

        @NotNull String keyId,
        @NotNull String privateKey) {

    boolean isSet() {
        return !url.isEmpty();
    }

    /** Without a key, the distribution would refuse all links. */
    @AssertTrue(
            message =
                    "set CARAVANA_CDN_KEY_ID to the id of the distribution's public key, and CARAVANA_CDN_PRIVATE_KEY to its "
                            + "private key in PKCS #8 format, such as `ops/bin/rotate-web-secret SECRET_ARN cdn-key` makes")
    boolean isSigning() {
        if (!isSet()) {
            return true;
        }
        try {
            RsaKeys.read(privateKey);
            return !keyId.isBlank();
        } catch (IllegalArgumentException noKey) {
            return false;
        }
    }

    /** Returns the settings without the private key, because messages may contain them. */
    @Override
    public String toString() {
        return "CdnProperties[url=" + url + ", keyId=" + keyId + "]";
    }
}
