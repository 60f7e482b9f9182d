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
 * Settings of mails to accounts. Without a server and without a folder, calls that need a mail get 503
 * {@code mail_not_configured}.
 *
 * @param publicUrl address at which people open the page, such as {@code https://videos.example.org}. Links in mails
 *     start with it, whatever address a request came to
 * @param from e-mail address in the {@code From} of mails
 * @param folder folder in which web writes mails as {@code .eml} files if there is no SMTP server
 * @param smtp the server that mails are sent by
 * @param linkLife how long a link to set a password or to change the e-mail address is valid
 * @param verificationLife how long a link that confirms the address of a sign-up is valid
 * @param period how often a web node queries the database for mails that are due
 * @param timeout how long the SMTP server may take to connect, and between two bytes
 * @param lease how long a web node may work on a mail; then another node sends it. Several times {@code timeout}
 * @param delays pauses before the second and each further try of a mail, separated by commas; after the last try, the
 *     mail is discarded
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

    /** The encryption of the connection. */
    public enum Security {
        /** STARTTLS; nothing is sent unencrypted. */
        STARTTLS,
        /** TLS from the first byte. */
        TLS,
        /** No encryption, for a server on the same machine. */
        NONE
    }

    /**
     * The server that mails are sent by.
     *
     * @param host name of the SMTP server that sends the mails; empty for none
     * @param port port of the SMTP server
     * @param user user with which web logs in to the SMTP server; empty for no log-in
     * @param password password with which web logs in to the SMTP server
     * @param security encryption of the connection to the SMTP server: {@code starttls}, {@code tls} (from the first
     *     byte) or {@code none}. When empty, {@code tls} on port 465, and {@code starttls} on others
     * @param certificates PEM file with the certificates that web trusts for the SMTP server, for a server with a
     *     certificate authority of its own; when empty, web trusts those of the JDK
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

        /** Returns the settings without the password. */
        @Override
        public String toString() {
            return host + ":" + port;
        }
    }

    /**
     * Mails that people may ask for without waiting. Further ones are let in one by one, as many within the window.
     *
     * @param perRecipient mails to one e-mail address within the window; requests for more get 429
     * @param perAddress mails that one IP address (IPv6: /64) requests within the window; requests for more get 429
     * @param inTotal mails that all IP addresses together request within the window; requests for more get 429
     * @param window time window of the limits for mails
     */
    public record Limits(
            @Min(1) int perRecipient,
            @Min(1) int perAddress,
            @Min(1) int inTotal,
            @NotNull Duration window) {}

    /** Returns whether mails can be sent, or written to the folder. */
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
