package caravana.web.secret;

import jakarta.validation.constraints.Pattern;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.validation.annotation.Validated;

/**
 * What is kept encrypted.
 *
 * @param key 32 characters or more, of which the keys are derived that encrypt secrets of webhooks and sign links to
 *     playlists. Without it, webhooks cannot be created, and videos have no {@code playback_url}. To change it,
 *     write the old one, a comma and the new one on all nodes, and then the new one first; the old one may go 6 hours later,
 *     if no webhook was made by it: without it, those need new secrets
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
