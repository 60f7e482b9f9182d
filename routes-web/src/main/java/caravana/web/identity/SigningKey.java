package caravana.web.identity;

import caravana.web.secret.RsaKeys;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.RSAKey;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.RSAPublicKeySpec;

/** Reads the private key that signs tokens. */
final class SigningKey {

    private static final int MIN_BITS = 2048;
    private static final String REMEDY =
            "Make a key by `openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048`.";

    private SigningKey() {}

    /**
     * Reads the setting.
     *
     * @param text PKCS #8 as PEM, in which line ends may be missing or written as {@code \n}, or only its base64
     * @throws SettingRefusedException when it is not a key; neither message nor remedy contains the setting's value
     */
    static RSAKey parse(String text) {
        if (text == null || text.isBlank()) {
            throw new SettingRefusedException(
                    "JWT_PRIVATE_KEY is not set. It is the RSA key that signs tokens.",
                    REMEDY + " Or set JWT_ISSUER_URI and JWT_AUDIENCE to use an outside issuer of tokens.");
        }
        RSAPrivateCrtKey secret = decoded(text);
        if (secret.getModulus().bitLength() < MIN_BITS) {
            throw new SettingRefusedException("JWT_PRIVATE_KEY is shorter than " + MIN_BITS + " bits.", REMEDY);
        }
        try {
            RSAPublicKey open = (RSAPublicKey) KeyFactory.getInstance("RSA")
                    .generatePublic(new RSAPublicKeySpec(secret.getModulus(), secret.getPublicExponent()));
            return new RSAKey.Builder(open)
                    .privateKey(secret)
                    .keyIDFromThumbprint()
                    .build();
        } catch (GeneralSecurityException | JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    private static RSAPrivateCrtKey decoded(String text) {
        try {
            return RsaKeys.read(text);
        } catch (IllegalArgumentException e) {
            throw new SettingRefusedException("JWT_PRIVATE_KEY is not an RSA key in PKCS #8 format.", REMEDY);
        }
    }
}
