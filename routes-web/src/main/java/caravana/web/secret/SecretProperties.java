package caravana.web.secret;

import jakarta.validation.constraints.Pattern;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.validation.annotation.Validated;

/**
 * Setting of the key for encrypted and signed data.
 *
 * @param key secret of at least 32 characters. From it, web derives the keys that encrypt the secrets of webhooks and
 *     sign links to playlists. Without it, webhooks cannot be created, and videos have no {@code playback_url}. To change
 *     it, set the old one, a comma and the new one on all nodes; then the new one, a comma and the old one. Remove the
 *     old one after 6 hours, if no webhook was created with it: such webhooks would need new secrets
 */
@Validated
@ConfigurationProperties("caravana.secret")
public record SecretProperties(
        @Pattern(
                regexp = "(?s)(.{32,})?",
                message = "set CARAVANA_SECRET_KEY to 32 characters or more, such as `openssl rand -base64 32` prints")
        String key) {

    public SecretProperties {
        key = key == null ? "" : key.strip();
    }
}
