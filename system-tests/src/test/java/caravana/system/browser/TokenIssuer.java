package caravana.system.browser;

import com.sun.net.httpserver.HttpServer;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.RSAPublicKey;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;

/** An issuer of tokens that keeps the accounts in place of web. */
final class TokenIssuer implements AutoCloseable {

    static final String AUDIENCE = "caravana-page";

    private final KeyPair keys;
    private final HttpServer server;

    TokenIssuer() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        keys = generator.generateKeyPair();
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        serve("/realm/.well-known/openid-configuration", """
                {"issuer": "%1$s", "jwks_uri": "%1$s/keys"}""".formatted(address()));
        RSAPublicKey open = (RSAPublicKey) keys.getPublic();
        serve("/realm/keys", """
                {"keys": [{"kty": "RSA", "kid": "first", "alg": "RS256", "use": "sig", "n": "%s", "e": "%s"}]}""".formatted(number(open.getModulus()), number(open.getPublicExponent())));
        server.start();
    }

    private void serve(String path, String document) {
        byte[] body = document.getBytes(StandardCharsets.UTF_8);
        server.createContext(path, exchange -> {
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
    }

    String address() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/realm";
    }

    /** A token for that subject, with the roles in a claim inside another one, and no e-mail address. */
    String token(String subject) throws GeneralSecurityException {
        String signed = text("{\"alg\": \"RS256\", \"kid\": \"first\"}")
                + "."
                + text("""
                {"iss": "%s", "sub": "%s", "aud": "%s", "exp": %d, "realm_access": {"roles": ["user", "operator"]}}""".formatted(
                                address(),
                                subject,
                                AUDIENCE,
                                Instant.now().plusSeconds(600).getEpochSecond()));
        Signature signature = Signature.getInstance("SHA256withRSA");
        signature.initSign(keys.getPrivate());
        signature.update(signed.getBytes(StandardCharsets.US_ASCII));
        return signed + "." + base64(signature.sign());
    }

    private static String text(String json) {
        return base64(json.getBytes(StandardCharsets.UTF_8));
    }

    private static String number(BigInteger value) {
        byte[] bytes = value.toByteArray();
        int sign = bytes[0] == 0 ? 1 : 0;
        return base64(Arrays.copyOfRange(bytes, sign, bytes.length));
    }

    private static String base64(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
