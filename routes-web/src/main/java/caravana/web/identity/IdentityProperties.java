package caravana.web.identity;

import jakarta.validation.Valid;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.validation.annotation.Validated;

/**
 * Settings of authentication: tokens, sessions, the operator's account, and limits of log-ins and sign-ups.
 *
 * @param signingKey RSA private key of 2,048 bits or more that signs our tokens, in PKCS #8: as PEM, or only its
 *     base64. Empty with an outside issuer
 * @param issuerUri outside issuer of tokens (OpenID Connect discovery), exactly as in the claim {@code iss} of its
 *     tokens; empty if Caravana keeps the accounts
 * @param audience required value of the claim {@code aud} in tokens of an outside issuer. Web does not start with an
 *     issuer and without an audience
 * @param rolesClaim claim of a token with the roles {@code user} and {@code operator}, as a list or in one text;
 *     {@code realm_access.roles} for a claim inside another one
 * @param tokenLife how long a token that Caravana issues is valid
 * @param sessionLife how long a session of the page stays valid after its last use
 * @param operatorEmail e-mail address of an operator's account that web creates at its start; empty for none
 * @param operatorPassword password of that operator's account, at least 12 characters. Web sets it at each start
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
     * @param perAccount failed log-ins from one IP address (IPv6: /64) to one account, until further ones from there
     *     must wait
     * @param perAddress failed log-ins from one IP address (IPv6: /64) to all accounts that have not logged in from
     *     it before, until further ones from there must wait
     * @param window time after which the failed log-ins from one IP address are forgotten
     * @param unknownSources failed log-ins to one account from all IP addresses together that it has not logged in
     *     from before, until further ones from such addresses must wait
     * @param unknownSourcesWindow time after which the failed log-ins to one account from unknown IP addresses are
     *     forgotten
     * @param firstDelay wait after the first failed log-in that exceeds a limit; it doubles with each further one
     * @param maxDelay longest wait after failed log-ins
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
     * @param perAddress sign-ups from one IP address (IPv6: /64) within the window; further ones get 429
     * @param inTotal sign-ups from all IP addresses together within the window; further ones get 429
     * @param window time window of the limits for sign-ups
     */
    public record SignUps(
            @Min(1) int perAddress,
            @Min(1) int inTotal,
            @NotNull Duration window) {}

    /** Returns whether an outside issuer issues the tokens. */
    boolean outside() {
        return !issuerUri.isBlank();
    }

    /** Returns the settings without the secrets. */
    @Override
    public String toString() {
        return outside() ? "identity by " + issuerUri : "identity by our own accounts";
    }
}
