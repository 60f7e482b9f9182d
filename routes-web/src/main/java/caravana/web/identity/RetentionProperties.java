package caravana.web.identity;

import jakarta.validation.constraints.NotNull;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.validation.annotation.Validated;

/**
 * How long what is kept of accounts stays; the reconciler removes it then.
 *
 * @param exports how long the file of an export can be fetched after it was asked for
 * @param audit how long acts of operators stay in the audit; 0 for always
 * @param imports how long it can be read how an import has ended
 * @param mails how long a mail stays that no node has sent or given up; longer than all its tries
 */
@Validated
@ConfigurationProperties("caravana.retention")
public record RetentionProperties(
        @NotNull Duration exports,
        @NotNull Duration audit,
        @NotNull Duration imports,
        @NotNull Duration mails) {}
