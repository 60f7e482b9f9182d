package caravana.web.secret;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;

/** RSA keys in settings. */
public final class RsaKeys {

    private RsaKeys() {}

    /**
     * Reads a private key.
     *
     * @param text PKCS #8 as PEM, in which line ends may be missing or written as {@code \n}, or only its base64
     * @throws IllegalArgumentException when it is not a key; it has no cause, whose message might contain parts of
     *     the key
     */
    public static RSAPrivateCrtKey read(String text) {
        String base64 =
                text.replaceAll("-----[A-Z ]+-----", "").replace("\\n", "").replaceAll("\\s", "");
        try {
            byte[] encoded = Base64.getDecoder().decode(base64);
            return (RSAPrivateCrtKey) KeyFactory.getInstance("RSA").generatePrivate(new PKCS8EncodedKeySpec(encoded));
        } catch (GeneralSecurityException | IllegalArgumentException | ClassCastException e) {
            throw new IllegalArgumentException("This is not an RSA key in PKCS #8 format.");
        }
    }
}
