package caravana.web.secret;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * Encrypts database values that only web may read (AES-256-GCM), and signs what web must recognize later. Each purpose
 * has its own key.
 */
@Component
public class SecretBox {

    private static final Logger log = LoggerFactory.getLogger(SecretBox.class);

    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;

    private final List<byte[]> masters;
    private final SecureRandom random = new SecureRandom();

    SecretBox(SecretProperties settings) {
        this.masters = Stream.of(settings.key().split(","))
                .map(String::strip)
                .filter(key -> !key.isEmpty())
                .map(key -> key.getBytes(StandardCharsets.UTF_8))
                .toList();
        if (masters.isEmpty()) {
            log.warn(
                    "CARAVANA_SECRET_KEY is not set, so nobody can create webhooks or rotate their secrets, and videos have no playback_url. Set it on all web"
                            + " nodes to what `openssl rand -base64 32` prints.");
        }
    }

    /** Returns whether the setting has a key. */
    public boolean hasKey() {
        return !masters.isEmpty();
    }

    /**
     * Encrypts with the first key of the setting. The setting must have a key.
     *
     * @param purpose the use of the value; it can be decrypted only for the same purpose
     */
    public String seal(String purpose, byte[] plain) {
        byte[] nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        try {
            byte[] sealed = cipher(Cipher.ENCRYPT_MODE, key(masters.get(0), purpose), nonce)
                    .doFinal(plain);
            return Base64.getEncoder()
                    .encodeToString(ByteBuffer.allocate(NONCE_BYTES + sealed.length)
                            .put(nonce)
                            .put(sealed)
                            .array());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * Decrypts a value.
     *
     * @throws IllegalStateException when none of the setting's keys has encrypted it for this purpose
     */
    public byte[] open(String purpose, String sealed) {
        ByteBuffer bytes = ByteBuffer.wrap(Base64.getDecoder().decode(sealed));
        byte[] nonce = new byte[NONCE_BYTES];
        bytes.get(nonce);
        byte[] text = new byte[bytes.remaining()];
        bytes.get(text);
        for (byte[] master : masters) {
            try {
                return cipher(Cipher.DECRYPT_MODE, key(master, purpose), nonce).doFinal(text);
            } catch (AEADBadTagException another) {
                // Another key of the setting has encrypted it, or none of them.
                continue;
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException(e);
            }
        }
        throw new IllegalStateException("A " + purpose
                + " cannot be decrypted: CARAVANA_SECRET_KEY is missing or has changed. Set it again, "
                + "or append the old key to the new one, after a comma.");
    }

    /**
     * Signs with the first key of the setting. The setting must have a key.
     *
     * @param purpose the use of the signature; signatures for different purposes differ
     * @return 32 bytes
     */
    public byte[] sign(String purpose, byte[] message) {
        try {
            return hmac(key(masters.get(0), purpose), message);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Returns whether one of the setting's keys has made the signature for that purpose. */
    public boolean isSigned(String purpose, byte[] message, byte[] signature) {
        try {
            boolean signed = false;
            for (byte[] master : masters) {
                signed |= MessageDigest.isEqual(hmac(key(master, purpose), message), signature);
            }
            return signed;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Cipher cipher(int mode, byte[] key, byte[] nonce) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, new SecretKeySpec(key, "AES"), new GCMParameterSpec(TAG_BITS, nonce));
        return cipher;
    }

    /** HKDF with SHA-256 (RFC 5869), without a salt. One block has the length of the key. */
    private static byte[] key(byte[] master, String purpose) throws GeneralSecurityException {
        byte[] extracted = hmac(new byte[32], master);
        byte[] info = purpose.getBytes(StandardCharsets.UTF_8);
        return hmac(
                extracted,
                ByteBuffer.allocate(info.length + 1).put(info).put((byte) 1).array());
    }

    private static byte[] hmac(byte[] key, byte[] message) throws GeneralSecurityException {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, "HmacSHA256"));
        return mac.doFinal(message);
    }
}
