package caravana.web.identity;

import jakarta.validation.Valid;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.validation.annotation.Validated;

/**
 * Who may call, and how they prove it.
 *
 * @param signingKey RSA private key of 2,048 bits or more that signs our tokens: PKCS #8 as PEM, or its base64 alone;
 *     empty with an outside issuer
 * @param issuerUri an outside issuer of tokens (OpenID Connect discovery); empty when the accounts are ours
 * @param rolesClaim the claim of a token that lists its roles, {@code user} and {@code operator}
 * @param tokenLife how long a token of ours is valid
 * @param operatorEmail an operator's account that is made at the start; empty for none
 * @param operatorPassword the password that it gets at each start, 12 characters or more
 * @param failures limits of failed log-ins
 */
@Validated
@ConfigurationProperties("caravana.identity")
public record IdentityProperties(
        String signingKey,
        String issuerUri,
        @NotBlank String rolesClaim,
        @NotNull Duration tokenLife,
        String operatorEmail,
        String operatorPassword,
        @NotNull @Valid Failures failures) {

    /**
     * Limits of failed log-ins.
     *
     * @param perAccount failures of one e-mail address within the window, after which it is refused
     * @param perAddress the same for one client address
     * @param window how long a failure counts, from the first one on
     */
    public record Failures(
            @Min(1) int perAccount,
            @Min(1) int perAddress,
            @NotNull Duration window) {}

    /** Whether tokens come from an outside issuer. */
    boolean outside() {
        return !issuerUri.isBlank();
    }

    /** Leaves the secrets out. */
    @Override
    public String toString() {
        return outside() ? "identity by " + issuerUri : "identity by our own accounts";
    }
}
