package caravana.web.reconcile;

import jakarta.validation.constraints.NotNull;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.validation.annotation.Validated;

/**
 * Settings of the reconciler.
 *
 * @param period how often web searches for jobs, uploads and objects that a crash or a lost message has left behind
 * @param unpublished how long an accepted video may have no job message; then the reconciler sends one. Longer than
 *     an upload needs to send its own
 * @param resend how long a video may wait after its job message was sent; then the reconciler may treat the message
 *     as lost and send it again. It does so at most once in this time
 */
@Validated
@ConfigurationProperties("caravana.reconciler")
public record ReconcilerProperties(
        @NotNull Duration period,
        @NotNull Duration unpublished,
        @NotNull Duration resend) {}
