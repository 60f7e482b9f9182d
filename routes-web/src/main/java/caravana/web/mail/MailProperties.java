package caravana.web.mail;

import jakarta.validation.Valid;
import jakarta.validation.constraints.AssertTrue;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotEmpty;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import java.time.Duration;
import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.validation.annotation.Validated;

/**
 * Mails to accounts. Without a server and without a folder, calls that need a mail are answered 503 {@code mail_not_configured}.
 *
 * @param publicUrl where people reach the page, such as {@code https://videos.example.org}; the links in mails are built from it alone
 * @param from the e-mail address that mails come from
 * @param folder where mails are written as {@code .eml} files when there is no server
 * @param smtp the server that mails are sent by
 * @param linkLife how long a link to another password or e-mail address counts
 * @param verificationLife how long a link counts that confirms the address of a sign-up
 * @param period how often a web node looks for mails that are due
 * @param timeout how long the server may take to connect, and between two bytes
 * @param lease after which another node sends what one has taken and not ended; several times the timeout
 * @param delays how long the second and each further try waits after the one before it; after the last one, the mail is discarded
 * @param limits how many mails people may ask for
 */
@Validated
@ConfigurationProperties("caravana.mail")
public record MailProperties(
        @NotNull
        @Pattern(
                regexp = "(https?://[^/?#@\\s]+)?",
                message = "set CARAVANA_PUBLIC_URL to an address such as https://videos.example.org, without a path")
        String publicUrl,

        @NotNull
        @Pattern(
                regexp = "([^@\\s<>,;]+@[^@\\s<>,;]+)?",
                message = "set CARAVANA_MAIL_FROM to an e-mail address alone, such as videos@example.org")
        String from,

        @NotNull String folder,
        @NotNull @Valid Smtp smtp,
        @NotNull Duration linkLife,
        @NotNull Duration verificationLife,
        @NotNull Duration period,
        @NotNull Duration timeout,
        @NotNull Duration lease,
        @NotEmpty List<Duration> delays,
        @NotNull @Valid Limits limits) {

    /** How the connection is encrypted. */
    public enum Security {
        /** By STARTTLS, and nothing is sent without it. */
        STARTTLS,
        /** From its first byte. */
        TLS,
        /** Not at all: for a server on this machine. */
        NONE
    }

    /**
     * The server that mails are sent by.
     *
     * @param host name of the server that mails are sent by (SMTP); empty for none
     * @param port port of that server
     * @param user whom web logs in as at that server; empty for no log-in
     * @param password password of that user
     * @param security how the connection is encrypted: {@code starttls}, {@code tls} (from the first byte) or {@code none}; when empty, {@code tls} on port 465 and otherwise
     *     {@code starttls}
     * @param certificates a PEM file with the certificates that the server's is checked by, for one with an authority of its own; when
     *     empty, those of the JDK
     */
    public record Smtp(
            @NotNull String host,
            @Min(1) @Max(65535) int port,
            @NotNull String user,
            @NotNull String password,
            Security security,
            @NotNull String certificates) {

        private static final int TLS_PORT = 465;

        Security effectiveSecurity() {
            if (security != null) {
                return security;
            }
            return port == TLS_PORT ? Security.TLS : Security.STARTTLS;
        }

        /** Leaves the password out. */
        @Override
        public String toString() {
            return host + ":" + port;
        }
    }

    /**
     * Mails that people may ask for without waiting. Further ones are let in one by one, as many within the window.
     *
     * @param perRecipient mails to one e-mail address within the window; more are answered 429
     * @param perAddress mails that one IP address (IPv6: /64) asks for within the window; more are answered 429
     * @param inTotal mails that all ask for together within the window; more are answered 429
     * @param window how long it takes until that many mails are forgotten
     */
    public record Limits(
            @Min(1) int perRecipient,
            @Min(1) int perAddress,
            @Min(1) int inTotal,
            @NotNull Duration window) {}

    /** Whether mails can be sent, or written to the folder. */
    public boolean configured() {
        return !smtp.host().isBlank() || !folder.isBlank();
    }

    @AssertTrue(
            message =
                    "set CARAVANA_PUBLIC_URL and CARAVANA_MAIL_FROM as well: mails are sent from one and lead to the other")
    boolean isComplete() {
        return !configured() || !publicUrl.isBlank() && !from.isBlank();
    }
}
