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
 * @param issuerUri an outside issuer of tokens (OpenID Connect discovery), exactly as in their {@code iss}; empty when the
 *     accounts are ours
 * @param audience what tokens of an outside issuer are made for, as in their {@code aud}; web does not start with an issuer alone
 * @param rolesClaim the claim of a token that lists the roles {@code user} and {@code operator}, or names them in one text;
 *     {@code realm_access.roles} for one inside another
 * @param tokenLife how long a token of ours is valid
 * @param sessionLife how long the page's session lasts after its last use
 * @param operatorEmail an operator's account that web makes at its start; empty for none
 * @param operatorPassword the password that the operator's account gets at each start, 12 characters or more
 * @param failures limits of failed log-ins
 * @param signUps limits of sign-ups
 */
@Validated
@ConfigurationProperties("caravana.identity")
public record IdentityProperties(
        String signingKey,
        String issuerUri,
        String audience,
        @NotBlank String rolesClaim,
        @NotNull Duration tokenLife,
        @NotNull Duration sessionLife,
        String operatorEmail,
        String operatorPassword,
        @NotNull @Valid Failures failures,
        @NotNull @Valid SignUps signUps) {

    /**
     * Failed log-ins that need not wait. Each further one waits twice as long as the one before. A source is an IPv4 address
     * or an IPv6 /64.
     *
     * @param perAccount failed log-ins that need not wait, of one address (IPv6: /64) to one account
     * @param perAddress failed log-ins that need not wait, of one address to all accounts that it has not logged in to
     * @param window how long it takes until that many of one address are forgotten
     * @param unknownSources failed log-ins that need not wait, to one account of all addresses together that have not logged in to it
     * @param unknownSourcesWindow how long it takes until that many of all addresses are forgotten
     * @param firstDelay the first wait; each further failure doubles it
     * @param maxDelay the longest wait
     */
    public record Failures(
            @Min(1) int perAccount,
            @Min(1) int perAddress,
            @NotNull Duration window,
            @Min(1) int unknownSources,
            @NotNull Duration unknownSourcesWindow,
            @NotNull Duration firstDelay,
            @NotNull Duration maxDelay) {}

    /**
     * Sign-ups that need not wait. Further ones are let in one by one, as many within the window.
     *
     * @param perAddress sign-ups of one address within the window; more are answered 429
     * @param inTotal sign-ups of all addresses together within the window; more are answered 429
     * @param window how long it takes until that many sign-ups are forgotten
     */
    public record SignUps(
            @Min(1) int perAddress,
            @Min(1) int inTotal,
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
