package caravana.web;

import static caravana.web.Api.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** Accounts that are kept elsewhere: web knows the issuer's address, and has no key of its own. */
class OutsideIssuerTest extends WebTest {

    private static final RSAKey KEY = key();
    private static final HttpServer ISSUER = issuer();

    private static String address() {
        return "http://127.0.0.1:" + ISSUER.getAddress().getPort();
    }

    private static RSAKey key() {
        try {
            return new RSAKeyGenerator(2048).keyID("k").generate();
        } catch (com.nimbusds.jose.JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    private static HttpServer issuer() {
        try {
            HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            String self = "http://127.0.0.1:" + server.getAddress().getPort();
            answer(
                    server,
                    "/.well-known/openid-configuration",
                    "{\"issuer\":\"" + self + "\",\"jwks_uri\":\"" + self
                            + "/keys\",\"subject_types_supported\":[\"public\"]}");
            answer(server, "/keys", new JWKSet(KEY).toPublicJWKSet().toString());
            server.start();
            return server;
        } catch (java.io.IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void answer(HttpServer server, String path, String document) {
        server.createContext(path, exchange -> {
            byte[] body = document.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().add("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
    }

    @DynamicPropertySource
    static void outside(DynamicPropertyRegistry registry) {
        registry.add("caravana.identity.issuer-uri", OutsideIssuerTest::address);
        registry.add("caravana.identity.signing-key", () -> "");
        registry.add("caravana.identity.operator-email", () -> "");
    }

    @AfterAll
    static void stop() {
        ISSUER.stop(0);
    }

    @Test
    void itsTokensAreTakenAndItsSubjectsKeptApart() throws Exception {
        Api ana = api().with(token("auth0|ana"));
        Api eva = api().with(token("auth0|eva"));

        String video = uploaded(ana);

        assertThat(ana.get("/api/videos/" + video).statusCode()).isEqualTo(200);
        assertThat(api().with(token("auth0|ana")).get("/api/videos/" + video).statusCode())
                .isEqualTo(200);
        assertProblem(eva.get("/api/videos/" + video), 403, "not_owner");
    }

    @Test
    void nobodySignsUpHere() throws Exception {
        assertProblem(api().signUp("ana@example.org", "a good password"), 404, "accounts_elsewhere");
        assertProblem(api().logIn("ana@example.org", "a good password"), 404, "accounts_elsewhere");
    }

    private static String token(String subject) throws Exception {
        SignedJWT token = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("k").build(),
                new JWTClaimsSet.Builder()
                        .issuer(address())
                        .subject(subject)
                        .expirationTime(Date.from(Instant.now().plusSeconds(600)))
                        .claim("roles", List.of("user"))
                        .build());
        token.sign(new RSASSASigner(KEY));
        return token.serialize();
    }
}
