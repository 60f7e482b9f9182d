package caravana.web.reconcile;

import jakarta.validation.constraints.NotNull;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.validation.annotation.Validated;

/**
 * How long data is kept. The reconciler deletes older data, a limited number at a time.
 *
 * @param originals how long an original is kept after the last job of its video has ended; 0 for as long as the video
 * @param outputs how long the files of a result are kept; 0 for as long as the video
 * @param events how long events can be listed
 * @param deliveries how long the deliveries of webhooks can be listed and sent again; at most {@code events}
 * @param exports how long the file of an account's export can be downloaded, from its request
 * @param imports how long the outcome of an import can be read
 * @param mails how long a mail is kept that was neither sent nor discarded; longer than all its tries take
 * @param audit how long the actions of operators are kept in the audit; 0 for ever
 * @param logInAddresses how long Caravana remembers, as a pseudonym, an IP address from which an account has logged
 *     in. From other addresses, failed log-ins of all together slow down further ones
 */
@Validated
@ConfigurationProperties("caravana.retention")
public record RetentionProperties(
        @NotNull Duration originals,
        @NotNull Duration outputs,
        @NotNull Duration events,
        @NotNull Duration deliveries,
        @NotNull Duration exports,
        @NotNull Duration imports,
        @NotNull Duration mails,
        @NotNull Duration audit,
        @NotNull Duration logInAddresses) {

    /** Events must be kept for longer than this: a delivery is retried for more than a day, and needs its event. */
    private static final Duration LONGEST_DELIVERY = Duration.ofDays(3);

    public RetentionProperties {
        checkAtLeast(Duration.ZERO, originals, "ORIGINALS");
        checkAtLeast(Duration.ZERO, outputs, "OUTPUTS");
        checkAtLeast(Duration.ZERO, audit, "AUDIT");
        checkAtLeast(LONGEST_DELIVERY, deliveries, "DELIVERIES");
        checkAtLeast(deliveries, events, "EVENTS");
        checkAtLeast(Duration.ofMinutes(1), exports, "EXPORTS");
        checkAtLeast(Duration.ofMinutes(1), imports, "IMPORTS");
        checkAtLeast(Duration.ofMinutes(1), logInAddresses, "LOGIN_ADDRESSES");
    }

    private static void checkAtLeast(Duration least, Duration set, String name) {
        if (set.compareTo(least) < 0) {
            throw new IllegalArgumentException(
                    "CARAVANA_RETENTION_" + name + " is " + set + "; set it to " + least + " or more.");
        }
    }

    /** Returns the retention times that accounts may know, in seconds; null for as long as the video exists. */
    public Map<String, Object> document() {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("originals_seconds", seconds(originals));
        document.put("outputs_seconds", seconds(outputs));
        document.put("events_seconds", seconds(events));
        document.put("deliveries_seconds", seconds(deliveries));
        document.put("exports_seconds", seconds(exports));
        document.put("imports_seconds", seconds(imports));
        document.put("login_addresses_seconds", seconds(logInAddresses));
        return document;
    }

    private static Long seconds(Duration set) {
        return set.isZero() ? null : set.toSeconds();
    }
}
