package caravana.web.identity;

import jakarta.validation.constraints.NotNull;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.validation.annotation.Validated;

/**
 * When an account that is erased is gone.
 *
 * @param lastPass how long after the request for an erasure its last pass runs at the earliest: longer than an upload request, a lease and a
 *     signed link may last
 */
@Validated
@ConfigurationProperties("caravana.erasure")
public record ErasureProperties(@NotNull Duration lastPass) {}
