package caravana.web.identity;

import jakarta.validation.constraints.NotNull;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.validation.annotation.Validated;

/**
 * Settings of the erasure of accounts.
 *
 * @param lastPass time between the request to erase an account and the last pass of the erasure, at least. It must be
 *     longer than an upload request, a lease and a signed link can last
 */
@Validated
@ConfigurationProperties("caravana.erasure")
public record ErasureProperties(@NotNull Duration lastPass) {}
