package caravana.web.reconcile;

import jakarta.validation.constraints.NotNull;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.validation.annotation.Validated;

/**
 * When the reconciler steps in.
 *
 * @param period how often web looks for what a crash or a lost message has left behind
 * @param unpublished how long an accepted video may be without a message; above the time that an upload's own send takes
 * @param resend how long a published video may wait before its message may count as lost; it is sent again at most as
 *     often
 */
@Validated
@ConfigurationProperties("caravana.reconciler")
public record ReconcilerProperties(
        @NotNull Duration period,
        @NotNull Duration unpublished,
        @NotNull Duration resend) {}
