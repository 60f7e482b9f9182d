package caravana.worker.media;

import caravana.job.FailureCode;
import caravana.media.Refusal;
import java.io.InputStream;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.springframework.stereotype.Component;

/** Computes an original's SHA-256 during its download, if its client announced one. */
@Component("originalDigest")
public class OriginalDigest {

    private static final String PROPERTY = "original_digest";

    /** Passes the body's bytes through the digest, for {@link #check}. */
    public void watch(Exchange exchange, @ExchangeProperty("announced_sha256") String announced) {
        MessageDigest digest = null;
        if (announced != null) {
            digest = sha256();
            exchange.getMessage()
                    .setBody(new DigestInputStream(exchange.getMessage().getBody(InputStream.class), digest));
        }
        exchange.setProperty(PROPERTY, digest);
    }

    /** Returns the digest of all bytes as 64 hexadecimal digits; null when the client announced none. */
    public String hex(Exchange exchange) {
        MessageDigest digest = exchange.getProperty(PROPERTY, MessageDigest.class);
        return digest == null ? null : HexFormat.of().formatHex(digest.digest());
    }

    /**
     * Compares the digest of the downloaded file with the announced one.
     *
     * @param found digest of the downloaded file; null when the client announced none
     * @param announced null when the client announced none
     * @throws RejectedMediaException {@code checksum_mismatch}
     */
    public void check(
            @ExchangeProperty("original_sha256") String found, @ExchangeProperty("announced_sha256") String announced) {
        if (announced != null && !announced.equals(found)) {
            throw new RejectedMediaException(new Refusal(
                    FailureCode.CHECKSUM_MISMATCH.code(),
                    FailureCode.CHECKSUM_MISMATCH.sentence(),
                    Map.of("announced_sha256", announced, "original_sha256", found)));
        }
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException everyJdkHasIt) {
            throw new IllegalStateException(everyJdkHasIt);
        }
    }
}
