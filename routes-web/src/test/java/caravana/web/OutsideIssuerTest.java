package caravana.web;

import static caravana.web.Api.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import caravana.test.Waits;
import com.fasterxml.jackson.databind.JsonNode;
import com.nimbusds.jwt.JWTClaimsSet;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** Accounts that are kept elsewhere: web knows the issuer's address, and has no key of its own. */
@Tag("own-settings")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class OutsideIssuerTest extends WebTest {

    private static final String AUDIENCE = "https://videos.example.org";
    private static final Duration SOON = Waits.LIMIT;
    private static final Issuer ISSUER = new Issuer();

    @DynamicPropertySource
    static void outside(DynamicPropertyRegistry registry) {
        // Web starts without it.
        ISSUER.available(false);
        registry.add("caravana.identity.issuer-uri", ISSUER::address);
        registry.add("caravana.identity.audience", () -> AUDIENCE);
        registry.add("caravana.identity.roles-claim", () -> "realm_access.roles");
        registry.add("caravana.identity.signing-key", () -> "");
        registry.add("caravana.identity.operator-email", () -> "");
    }

    @AfterAll
    static void stop() {
        ISSUER.close();
    }

    @Test
    @Order(1)
    void whileTheIssuerIsUnavailableTokensCannotBeVerifiedAndJunkIsRefused() throws Exception {
        HttpResponse<String> unverified = api().with(token("ana")).get("/api/videos");
        assertProblem(unverified, 503, "issuer_unavailable");
        assertThat(unverified.headers().firstValueAsLong("Retry-After").orElseThrow())
                .isBetween(1L, 61L);
        for (String junk : List.of("junk", "a.b.c", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.")) {
            assertProblem(api().with(junk).get("/api/videos"), 401, "unauthenticated");
        }
        // What needs no token, and health, do not care.
        assertThat(api().get("/api/health").statusCode()).isEqualTo(200);

        ISSUER.available(true);
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(
                                api().with(token("ana")).get("/api/videos").statusCode())
                        .isEqualTo(200));
    }

    /** Only a background thread calls the issuer. */
    @Test
    @Order(2)
    void requestsDoNotAskTheIssuer() throws Exception {
        int before = ISSUER.requests();
        ISSUER.available(false);
        try {
            for (int i = 0; i < 50; i++) {
                assertThat(api().with(token("ana")).get("/api/me").statusCode()).isEqualTo(200);
            }
            // None, unless the background fetches metadata and keys right now.
            assertThat(ISSUER.requests() - before).isLessThanOrEqualTo(2);
        } finally {
            ISSUER.available(true);
        }
    }

    @Test
    @Order(3)
    void aReplacedKeyIsFetchedOnce() throws Exception {
        String old = token("ana");
        ISSUER.useKey("second");
        int before = ISSUER.requests();

        assertThat(api().with(token("ana")).get("/api/videos").statusCode()).isEqualTo(200);
        assertProblem(api().with(old).get("/api/videos"), 401, "unauthenticated");
        ISSUER.useKey("third");
        for (int i = 0; i < 20; i++) {
            assertProblem(api().with(token("ana")).get("/api/videos"), 401, "unauthenticated");
        }
        // Metadata and keys.
        assertThat(ISSUER.requests() - before).isEqualTo(2);
        ISSUER.useKey("second");
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
        HttpResponse<String> logIn = api().logIn("ana@example.org", "a good password");
        assertProblem(logIn, 404, "accounts_elsewhere");
        assertThat(Api.json(logIn).path("issuer").asText()).isEqualTo(ISSUER.address());
        assertProblem(
                api().postJson("/api/auth/password-reset", "{\"email\": \"ana@example.org\"}"),
                404,
                "accounts_elsewhere");
        assertProblem(
                api().postJson(
                                "/api/auth/password-reset/confirm",
                                "{\"email\": \"ana@example.org\", \"token\": \"x\", \"password1\": \"another one\","
                                        + " \"password2\": \"another one\"}"),
                404,
                "accounts_elsewhere");
        assertProblem(api().postJson("/api/auth/confirm-email", "{\"token\": \"x\"}"), 404, "accounts_elsewhere");
        Api ana = api().with(token("ana"));
        assertProblem(ana.post("/api/me/email/verification"), 404, "accounts_elsewhere");
        assertProblem(
                ana.send(ana.request("/api/me/email")
                        .header("Content-Type", "application/json")
                        .PUT(BodyPublishers.ofString("{\"email\": \"ana@example.com\", \"password\": \"x\"}"))),
                404,
                "accounts_elsewhere");
        assertThat(Api.json(ana.get("/api/me")).path("verified_at").isNull()).isTrue();
    }

    @Test
    void onlyAccessTokensForThisApiAreTaken() throws Exception {
        assertRefused("aud", claims -> claims.audience("https://other.example.org"));
        assertRefused("aud", claims -> claims.audience((String) null));
        assertRefused(
                "aud",
                claims -> claims.audience((String) null)
                        .claim("token_use", "access")
                        .claim("client_id", "another"));
        assertRefused("sub", claims -> claims.subject(null));
        assertRefused("sub", claims -> claims.subject(" "));
        assertRefused("exp", claims -> claims.expirationTime(null));
        assertRefused(
                "expired",
                claims -> claims.expirationTime(Date.from(Instant.now().minusSeconds(120))));
        assertRefused(
                "nbf", claims -> claims.notBeforeTime(Date.from(Instant.now().plusSeconds(120))));
        assertRefused("iss", claims -> claims.issuer("https://elsewhere.example.org"));
        assertRefused("iss", claims -> claims.issuer(null));
        for (String mark : List.of("at_hash", "c_hash", "nonce")) {
            assertRefused("not an access token", claims -> claims.claim(mark, "x"));
        }
        assertRefused("not an access token", claims -> claims.claim("token_use", "id"));
        for (String type : List.of("ID", "Refresh", "Offline")) {
            assertRefused("not an access token", claims -> claims.claim("typ", type));
        }
        for (String type : List.of("logout+jwt", "dpop+jwt", "JOSE")) {
            assertRefused("malformed", ISSUER.sign(type, ISSUER.claims("ana", AUDIENCE)));
        }
        assertRefused("malformed", token("ana").replaceAll("[^.]{8}$", "AAAAAAAA"));
    }

    @Test
    void accessTokensOfAllShapesAreTaken() throws Exception {
        for (String type : List.of("JWT", "at+jwt", "AT+JWT", "application/at+jwt")) {
            assertTaken(ISSUER.sign(type, ISSUER.claims("ana", AUDIENCE)));
        }
        assertTaken(token("ana"));
        assertTaken(ISSUER.sign(ISSUER.claims("ana", AUDIENCE).audience(List.of("account", AUDIENCE))));
        // Cognito's.
        assertTaken(ISSUER.sign(ISSUER.claims("ana", AUDIENCE)
                .audience((String) null)
                .claim("token_use", "access")
                .claim("client_id", AUDIENCE)));
        // Older Keycloaks'.
        assertTaken(ISSUER.sign(
                ISSUER.claims("ana", AUDIENCE).claim("typ", "Bearer").claim("nonce", "x")));
        // The clocks may differ by a minute.
        assertTaken(ISSUER.sign(ISSUER.claims("ana", AUDIENCE)
                .expirationTime(Date.from(Instant.now().minusSeconds(5)))));
    }

    @Test
    void rolesAndAddressAreTheTokens() throws Exception {
        Api ana = api().with(token("ana"));
        JsonNode me = Api.json(ana.get("/api/me"));
        assertThat(me.path("id").asText())
                .isEqualTo(jdbc.queryForObject(
                        "SELECT owner_id::text FROM videos WHERE id = CAST(? AS uuid)", String.class, uploaded(ana)));
        assertThat(me.path("email").isNull()).isTrue();
        assertThat(me.path("roles").toString()).isEqualTo("[\"user\"]");
        assertProblem(ana.get("/api/ops/queue"), 403, "forbidden");

        Api operator = api().with(ISSUER.sign(ISSUER.claims("eva", AUDIENCE)
                .claim("email", "eva@example.org")
                .claim("realm_access", Map.of("roles", List.of("operator")))));
        assertThat(Api.json(operator.get("/api/me")).path("email").asText()).isEqualTo("eva@example.org");
        assertThat(Api.json(operator.get("/api/me")).path("roles").toString()).isEqualTo("[\"operator\"]");
        assertThat(operator.get("/api/ops/failures").statusCode()).isEqualTo(200);
    }

    /** Roles come with each token, so a key could outlast the operator's. */
    @Test
    void keysDoWhatUsersMayAndNoMore() throws Exception {
        Api operator = operator();
        assertProblem(
                operator.postJson("/api/keys", "{\"name\": \"n\", \"scopes\": [\"operator\"]}"),
                403,
                "scope_not_allowed");
        Api program = api().with(ApiKeysTest.key(operator, "videos:read"));
        assertThat(Api.json(program.get("/api/me")).path("roles").toString()).isEqualTo("[\"user\"]");
        assertProblem(program.get("/api/ops/queue"), 403, "insufficient_scope");
    }

    @Test
    void accountsAreSeenFromTheirFirstCallOnAndCanBeBlocked() throws Exception {
        Api operator = operator();
        Api ivan = api().with(token("ivan"));
        String id = Api.json(ivan.get("/api/me")).path("id").asText();
        JsonNode listed =
                Api.json(operator.get("/api/ops/accounts?search=" + id)).path("items");
        assertThat(listed.at("/0/account_id").asText()).isEqualTo(id);
        assertThat(listed.at("/0/role").isNull()).isTrue();
        assertProblem(
                operator.send(operator.request("/api/ops/accounts/" + id + "/role")
                        .header("Content-Type", "application/json")
                        .PUT(BodyPublishers.ofString("{\"role\": \"user\", \"reason\": \"why not\"}"))),
                404,
                "accounts_elsewhere");

        assertThat(operator.postJson("/api/ops/accounts/" + id + "/block", "{\"reason\": \"sends spam\"}")
                        .statusCode())
                .isEqualTo(204);

        await().atMost(SOON).untilAsserted(() -> assertProblem(ivan.get("/api/me"), 403, "account_blocked"));
        assertProblem(api().with(token("ivan")).get("/api/me"), 403, "account_blocked");
        assertThat(api().with(token("ana")).get("/api/me").statusCode()).isEqualTo(200);
    }

    private Api operator() {
        return api().with(ISSUER.sign(
                ISSUER.claims("eva", AUDIENCE).claim("realm_access", Map.of("roles", List.of("operator")))));
    }

    private void assertRefused(String why, UnaryOperator<JWTClaimsSet.Builder> change) throws Exception {
        assertRefused(why, ISSUER.sign(change.apply(ISSUER.claims("ana", AUDIENCE))));
    }

    private void assertRefused(String why, String token) throws Exception {
        HttpResponse<String> refused = api().with(token).get("/api/videos");
        assertProblem(refused, 401, "unauthenticated");
        assertThat(Api.json(refused).path("detail").asText()).contains(why);
        assertThat(refused.headers().firstValue("WWW-Authenticate").orElseThrow())
                .contains("error=\"invalid_token\"", why);
    }

    private void assertTaken(String token) throws Exception {
        HttpResponse<String> answer = api().with(token).get("/api/videos");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    }

    private static String token(String subject) {
        return ISSUER.sign(ISSUER.claims(subject, AUDIENCE));
    }
}
