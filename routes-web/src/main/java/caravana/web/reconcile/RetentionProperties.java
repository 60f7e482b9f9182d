package caravana.web.reconcile;

import jakarta.validation.constraints.NotNull;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.validation.annotation.Validated;

/**
 * How long what is kept stays. The reconciler removes what is older, some at a time.
 *
 * @param originals how long an original stays after the last job of its video has ended; 0 for as long as the video
 * @param outputs how long the files of a result stay after it was made; 0 for as long as the video
 * @param events how long events can be listed
 * @param deliveries how long the deliveries of webhooks can be looked at and sent again; not longer than {@code events}
 * @param exports how long the file of an export can be fetched after it was requested
 * @param imports how long it can be read how an import has ended
 * @param mails how long a mail stays that no node has sent or discarded; longer than all its tries
 * @param audit how long acts of operators stay in the audit; 0 for always
 * @param logInAddresses how long it is known from which addresses, as pseudonyms, an account has logged in; from others, guesses of
 *     passwords are slowed down for all
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

    /** A delivery is tried for longer than a day; its event must be there until then. */
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

    /** What accounts may know of it, in seconds; null for as long as the video. */
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
