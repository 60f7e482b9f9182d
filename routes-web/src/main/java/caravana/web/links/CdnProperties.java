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
 * @param url address of the distribution, such as {@code https://d111111abcdef8.cloudfront.net}; empty for none
 * @param keyId id of the public key in a key group that the distribution trusts, such as {@code K2JCJMDEHXQW5F}
 * @param privateKey the private key to it, RSA of 2048 bits: PKCS #8 as PEM, or its base64 alone
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

    /** Links of a distribution that cannot be signed would all be refused. */
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

    /** Without the key: settings are printed in messages. */
    @Override
    public String toString() {
        return "CdnProperties[url=" + url + ", keyId=" + keyId + "]";
    }
}
