package caravana.web;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** An issuer of tokens that can be unavailable, and replace its key. */
public final class Issuer implements AutoCloseable {

    private final HttpServer server;
    private final AtomicInteger requests = new AtomicInteger();
    private volatile boolean available = true;
    private final Map<String, RSAKey> keys = new ConcurrentHashMap<>();
    private volatile RSAKey key;

    /** It is available, and its key is {@code first}. */
    public Issuer() {
        useKey("first");
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(Executors.newCachedThreadPool());
        server.createContext(
                "/realm/.well-known/openid-configuration", exchange -> answer(exchange, """
                {"issuer": "%1$s", "jwks_uri": "%1$s/keys"}""".formatted(address())));
        server.createContext(
                "/realm/keys",
                exchange -> answer(exchange, new JWKSet(key).toPublicJWKSet().toString()));
        server.start();
    }

    private static RSAKey key(String id) {
        try {
            return new RSAKeyGenerator(2048).keyID(id).generate();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    private void answer(HttpExchange exchange, String document) throws IOException {
        requests.incrementAndGet();
        byte[] body = document.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(available ? 200 : 503, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    public String address() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/realm";
    }

    /** How many requests have come. */
    public int requests() {
        return requests.get();
    }

    public void available(boolean is) {
        available = is;
    }

    /** From now on it signs by this key, and publishes no other. */
    public void useKey(String id) {
        key = keys.computeIfAbsent(id, Issuer::key);
    }

    /** Claims of a token that is right for that audience. */
    public JWTClaimsSet.Builder claims(String subject, String audience) {
        return new JWTClaimsSet.Builder()
                .issuer(address())
                .subject(subject)
                .audience(audience)
                .expirationTime(Date.from(Instant.now().plusSeconds(600)))
                .claim("realm_access", Map.of("roles", List.of("user", "offline_access")));
    }

    /** The token with these claims and without a type. */
    public String sign(JWTClaimsSet.Builder claims) {
        return sign(null, claims);
    }

    /** @param type the header's {@code typ} */
    public String sign(String type, JWTClaimsSet.Builder claims) {
        try {
            SignedJWT token = new SignedJWT(
                    new JWSHeader.Builder(JWSAlgorithm.RS256)
                            .keyID(key.getKeyID())
                            .type(type == null ? null : new JOSEObjectType(type))
                            .build(),
                    claims.build());
            token.sign(new RSASSASigner(key));
            return token.serialize();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
