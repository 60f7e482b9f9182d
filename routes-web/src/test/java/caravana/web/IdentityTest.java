package caravana.web;

import static caravana.web.Api.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import caravana.local.LocalStack;
import caravana.test.Waits;
import com.fasterxml.jackson.databind.JsonNode;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.jedis.JedisConnectionFactory;
import org.springframework.test.context.TestPropertySource;

/** Accounts, tokens, and what becomes of those who guess passwords. */
@Tag("own-settings")
@TestPropertySource(
        properties = {
            "caravana.identity.failures.per-account=3",
            "caravana.identity.failures.per-address=6",
            "caravana.identity.failures.unknown-sources=12",
            // Longer than any test, so that counts are exact.
            "caravana.identity.failures.first-delay=1h",
            "caravana.identity.failures.max-delay=1h",
            "caravana.identity.sign-ups.per-address=5",
            "caravana.identity.sign-ups.in-total=8",
            "server.forward-headers-strategy=native",
            // Two hundred log-ins at once share its connections, and a slow machine is no Redis that is unavailable.
            "spring.data.redis.timeout=10m",
            "spring.data.redis.connect-timeout=10m",
            "spring.data.redis.jedis.pool.max-wait=15s"
        })
class IdentityTest extends WebTest {

    private static final int GUESSES = 200;
    private static final String PASSWORD = "a good password";
    private static final String HOME = "192.0.2.1";
    private static final String GUESSER = "203.0.113.7";

    @Autowired
    private MeterRegistry meters;

    @Autowired
    private JedisConnectionFactory connections;

    private final String email = "Ana-" + UUID.randomUUID() + "@Example.org";
    private final String other = "eva-" + UUID.randomUUID() + "@example.org";

    @Test
    void anAccountIsOpenedOnceAndLogsInBothWays() throws Exception {
        HttpResponse<String> account = api().signUp(email, PASSWORD);
        assertThat(account.statusCode()).as(account.body()).isEqualTo(201);
        assertThat(Api.json(account).path("email").asText()).isEqualTo(email.toLowerCase());

        assertProblem(api().signUp(email.toUpperCase(), PASSWORD), 400, "email_taken");
        HttpResponse<String> token = api().logIn(email, PASSWORD);
        assertThat(Api.json(token).path("token_type").asText()).isEqualTo("bearer");
        assertThat(Api.json(token).path("expires_in").asInt()).isEqualTo(3600);
        HttpResponse<String> form = form("username=" + encoded(email) + "&password=a+good+password", "");
        assertThat(form.statusCode()).as(form.body()).isEqualTo(200);
        Api user = api().with(Api.json(form).path("access_token").asText());
        assertThat(user.subject()).isEqualTo(Api.json(account).path("id").asText());
        assertThat(user.get("/api/videos").statusCode()).isEqualTo(200);
    }

    @Test
    void passwordsAreKeptAsArgon2Only() throws Exception {
        api().signUp(email, PASSWORD);

        String hash = jdbc.queryForObject(
                "SELECT password_hash FROM users WHERE email = ?", String.class, email.toLowerCase());

        assertThat(hash).startsWith("$argon2id$v=19$m=19456,t=2,p=1$");
    }

    @Test
    void badFormsAreRefused() throws Exception {
        assertProblem(api().signUp("no address", PASSWORD), 400, "invalid_request");
        assertProblem(api().signUp(email, "short"), 400, "invalid_request");
        assertProblem(api().postJson("/api/auth/signup", "{}"), 400, "invalid_request");
        assertProblem(api().postJson("/api/auth/signup", "no JSON"), 400, "invalid_request");
        assertProblem(
                api().postJson(
                                "/api/auth/signup",
                                "{\"email\":\"a@b.cd\",\"password1\":\"12345678\",\"password2\":\"12345679\",\"first_name\":\"a\","
                                        + "\"last_name\":\"b\",\"city\":\"c\",\"country\":\"d\"}"),
                400,
                "passwords_differ");
        assertProblem(form("username=a", ""), 400, "invalid_request");
        assertProblem(form("password=a+good+password", "?username=" + encoded(email)), 400, "invalid_request");
        HttpResponse<String> plain = api().send(api().request("/api/auth/login")
                .header("Content-Type", "text/plain")
                .POST(BodyPublishers.ofString("x")));
        assertProblem(plain, 415, "unsupported_media_type");
        assertThat(Api.json(plain).path("detail").asText())
                .isEqualTo("The media type is text/plain. This call needs a body of application/json or"
                        + " application/x-www-form-urlencoded.");
    }

    @Test
    void whoGuessesHasToWait() throws Exception {
        api().signUp(email, PASSWORD);
        for (int i = 0; i < 3; i++) {
            assertProblem(api().from(GUESSER).logIn(email, "guess " + i), 401, "bad_credentials");
        }

        HttpResponse<String> refused = api().from(GUESSER).logIn(email, PASSWORD);

        assertProblem(refused, 429, "too_many_attempts");
        assertThat(retryAfter(refused)).isBetween(1L, 3600L);
        // Nobody else has to, neither there nor here.
        assertThat(api().from(GUESSER).logIn(other, "guess").statusCode()).isEqualTo(401);
        assertThat(api().from(HOME).logIn(email, PASSWORD).statusCode()).isEqualTo(200);
        // And that somebody knows the password forgives no guesses.
        assertProblem(api().from(GUESSER).logIn(email, "guess"), 429, "too_many_attempts");
    }

    @Test
    void anAccountThatDoesNotExistIsAnsweredTheSame() throws Exception {
        List<String> unknown = new ArrayList<>();
        List<String> known = new ArrayList<>();
        api().signUp(email, PASSWORD);
        for (int i = 0; i < 4; i++) {
            known.add(withoutSeconds(api().from(GUESSER).logIn(email, "guess " + i)));
            unknown.add(withoutSeconds(api().from("203.0.113.8").logIn(other, "guess " + i)));
        }

        assertThat(unknown).isEqualTo(known);
    }

    @Test
    void rightPasswordsAreNotCounted() throws Exception {
        api().signUp(email, PASSWORD);
        for (int i = 0; i < 10; i++) {
            assertThat(api().from(HOME).logIn(email, PASSWORD).statusCode()).isEqualTo(200);
        }
        assertThat(redis.keys("log-in-failures:*")).isEmpty();
    }

    @Test
    void ofManyParallelGuessesNoMoreThanTheLimitReachTheHashAndTheOwnerLogsIn() throws Exception {
        api().signUp(email, PASSWORD);
        assertThat(api().from(HOME).logIn(email, PASSWORD).statusCode()).isEqualTo(200);

        Guesses guesses = guess(HOME, i -> GUESSER);

        guesses.assertStoppedAt(3);
        System.out.println("200 parallel guesses from one source: " + guesses);
    }

    /** Within a /64 and, of the same provider, across many of them. */
    @Test
    void whoTakesAnotherIpv6AddressForEachGuessIsStoppedPerAccountAndTheOwnerLogsIn() throws Exception {
        api().signUp(email, PASSWORD);
        assertThat(api().from("2001:db8:1:1::7").logIn(email, PASSWORD).statusCode())
                .isEqualTo(200);

        Guesses within = guess("2001:db8:1:1::7", i -> "2001:db8:2:2::" + Integer.toHexString(i + 1));
        within.assertStoppedAt(3);
        // A known source is one by its /64, too.
        assertThat(api().from("2001:db8:1:1::8").logIn(email, PASSWORD).statusCode())
                .isEqualTo(200);

        Guesses across = guess("2001:db8:1:1::7", i -> "2001:db8:3:" + Integer.toHexString(i) + "::1");
        System.out.println("200 parallel guesses from one /64: " + within + ", from 200 of them: " + across);
        across.assertStoppedAt(12 - within.hashed);
        for (long counted = within.hashed + across.hashed; counted < 12; counted++) {
            assertProblem(api().from("2001:db8:4:" + counted + "::1").logIn(email, "guess"), 401, "bad_credentials");
        }
        // What that costs: from a source that nobody has logged in from, the owner has to wait as well.
        HttpResponse<String> elsewhere = api().from("198.51.100.9").logIn(email, PASSWORD);
        assertProblem(elsewhere, 429, "too_many_attempts");
        assertThat(retryAfter(elsewhere)).isBetween(1L, 3600L);
    }

    /** From sources that nobody has logged in from, while all places of such log-ins are taken. */
    @Test
    void whileSomeAccountsAreGuessedFromManySourcesTheOwnersOfOthersLogInFromAnywhere() throws Exception {
        api().signUp(other, PASSWORD);
        Map<Integer, AtomicInteger> guesses = new ConcurrentHashMap<>();
        AtomicBoolean over = new AtomicBoolean();
        // Few more than can wait and be hashed: what asks again and again takes the processor from the hashes.
        int sources = 68 + Runtime.getRuntime().availableProcessors();
        ExecutorService clients = Executors.newFixedThreadPool(sources);
        try {
            for (int i = 0; i < sources; i++) {
                Api guesser = api().from("2001:db8:5:" + Integer.toHexString(i) + "::1");
                String account = i % 12 + email;
                clients.submit(() -> {
                    while (!over.get()) {
                        int status = guesser.logIn(account, "guess").statusCode();
                        guesses.computeIfAbsent(status, s -> new AtomicInteger())
                                .incrementAndGet();
                    }
                    return null;
                });
            }
            for (int i = 1; i <= 3; i++) {
                await().atMost(Waits.LIMIT).until(() -> guesses.containsKey(503));
                Api owner = api().from("198.51.100." + i);
                await().atMost(Waits.LIMIT).until(() -> isLoggedIn(owner));
            }
        } finally {
            over.set(true);
            clients.shutdown();
            assertThat(clients.awaitTermination(Waits.LIMIT.toSeconds(), TimeUnit.SECONDS))
                    .isTrue();
        }
        System.out.printf("Guesses on 12 accounts from %d sources, while others logged in: %s%n", sources, guesses);
    }

    /**
     * One that has a place may still be refused, since a slow machine may not hash in time; one that never gets a place never
     * logs in. {@code FairQueueTest} proves who gives way.
     */
    private boolean isLoggedIn(Api owner) throws Exception {
        HttpResponse<String> answer = owner.logIn(other, PASSWORD);
        assertThat(answer.statusCode()).as(answer.body()).isIn(200, 503);
        return answer.statusCode() == 200;
    }

    @Test
    void whoTriesManyAccountsHasToWaitAsWell() throws Exception {
        for (int i = 0; i < 6; i++) {
            assertProblem(api().from(GUESSER).logIn(i + email, "guess"), 401, "bad_credentials");
        }

        assertProblem(api().from(GUESSER).logIn("another-" + email, "guess"), 429, "too_many_attempts");
    }

    @Test
    void whoSharesASourceWithAGuesserLogsInToAnAccountThatThisSourceKnows() throws Exception {
        api().signUp(email, PASSWORD);
        assertThat(api().from(GUESSER).logIn(email, PASSWORD).statusCode()).isEqualTo(200);
        for (int i = 0; i < 6; i++) {
            assertProblem(api().from(GUESSER).logIn(i + email, "guess"), 401, "bad_credentials");
        }

        assertThat(api().from(GUESSER).logIn(email, PASSWORD).statusCode()).isEqualTo(200);
    }

    @Test
    void withoutRedisTheNodeCountsAlone() throws Exception {
        api().signUp(email, PASSWORD);
        assertThat(api().from(HOME).logIn(email, PASSWORD).statusCode()).isEqualTo(200);
        LocalStack stack = WebFixture.STACK;
        stack.kill("redis");
        try {
            Guesses guesses = guess(HOME, i -> GUESSER);
            guesses.assertStoppedAt(3);
            System.out.println("200 parallel guesses without Redis: " + guesses);
            HttpResponse<String> ready = api().get("/api/health/ready");
            assertThat(ready.statusCode()).isEqualTo(200);
            assertThat(Api.json(ready).path("status").asText()).isEqualTo("degraded");
        } finally {
            restartRedis();
        }
    }

    /** As when Redis ends while others wait for a connection. */
    @Test
    void whileNoConnectionToRedisIsFreeLogInsAreAnswered() throws Exception {
        List<RedisConnection> taken = new ArrayList<>();
        try {
            for (int i = 0; i < connections.getPoolConfig().getMaxTotal(); i++) {
                taken.add(connections.getConnection());
                taken.get(i).ping();
            }
            Future<HttpResponse<String>> answer =
                    ForkJoinPool.commonPool().submit(() -> api().from(GUESSER).logIn(other, "guess"));
            assertProblem(answer.get(Waits.LIMIT.toSeconds(), TimeUnit.SECONDS), 401, "bad_credentials");
        } finally {
            taken.forEach(RedisConnection::close);
            awaitCountsInRedis();
        }
    }

    @Test
    void signUpsAreLimitedPerSourceAndInTotal() throws Exception {
        for (int i = 0; i < 5; i++) {
            assertThat(api().from(GUESSER).signUp(i + email, PASSWORD).statusCode())
                    .isEqualTo(201);
        }
        HttpResponse<String> refused = api().from(GUESSER).signUp("x" + email, PASSWORD);
        assertProblem(refused, 429, "too_many_sign_ups");
        // One in five of the hour.
        assertThat(retryAfter(refused)).isBetween(1L, 720L);
        assertThat(jdbc.queryForObject(
                        "SELECT count(*) FROM users WHERE email = ?", Integer.class, ("x" + email).toLowerCase()))
                .isZero();

        for (int i = 0; i < 3; i++) {
            assertThat(api().from("198.51.100." + i)
                            .signUp("y" + i + email, PASSWORD)
                            .statusCode())
                    .isEqualTo(201);
        }
        assertProblem(api().from("198.51.100.9").signUp("z" + email, PASSWORD), 429, "too_many_sign_ups");
    }

    @Test
    void whoAsksIsToldWhoTheyAre() throws Exception {
        Api user = api().signedUp(email);

        JsonNode me = Api.json(user.get("/api/me"));

        assertThat(me.path("id").asText()).isEqualTo(user.subject());
        assertThat(me.path("email").asText()).isEqualTo(email.toLowerCase());
        assertThat(me.path("roles").toString()).isEqualTo("[\"user\"]");
        assertThat(me.at("/limits/upload_bytes").asLong()).isEqualTo(2L * 1024 * 1024 * 1024);
        // A quarter of the node's.
        assertThat(me.at("/limits/uploads_at_once").asInt()).isEqualTo(4);
        assertThat(me.at("/limits/event_streams_at_once").asInt()).isEqualTo(250);
        assertThat(me.at("/limits/uploads_per_hour").isNull()).isTrue();
        Api operator = api().loggedIn(setting("CARAVANA_OPERATOR_EMAIL"), setting("CARAVANA_OPERATOR_PASSWORD"));
        assertThat(Api.json(operator.get("/api/me")).path("roles").toString()).isEqualTo("[\"operator\"]");
    }

    /** RFC 6750: what is missing, what is wrong with a token, and what it does not permit. */
    @Test
    void refusalsSayWhatIsWrongWithTheToken() throws Exception {
        HttpResponse<String> none = api().get("/api/videos");
        assertProblem(none, 401, "unauthenticated");
        assertThat(challenge(none)).isEqualTo("Bearer realm=\"caravana\"");

        for (String junk : List.of("junk", "a.b.c", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.")) {
            HttpResponse<String> refused = api().with(junk).get("/api/videos");
            assertProblem(refused, 401, "unauthenticated");
            assertThat(challenge(refused))
                    .startsWith("Bearer realm=\"caravana\", error=\"invalid_token\", error_description=\"");
        }
        assertThat(challenge(api().logIn(email, "guess"))).isEqualTo("Bearer realm=\"caravana\"");
        HttpResponse<String> forbidden = user().get("/api/ops/queue");
        assertProblem(forbidden, 403, "forbidden");
        assertThat(challenge(forbidden)).isEqualTo("Bearer realm=\"caravana\", error=\"insufficient_scope\"");
    }

    @Test
    void theOperatorOfTheSettingsExists() throws Exception {
        Api operator = api().loggedIn(setting("CARAVANA_OPERATOR_EMAIL"), setting("CARAVANA_OPERATOR_PASSWORD"));

        assertThat(operator.get("/api/videos").statusCode()).isEqualTo(200);
    }

    /**
     * What became of guesses: how many were answered with each status, and how many reached the hash, besides the owner's
     * own log-ins.
     */
    private record Guesses(Map<Integer, Long> statuses, long hashed) {

        /** On a slow machine some of those that the limit let through wait too long for the hash; they are not counted. */
        void assertStoppedAt(long limit) {
            assertThat(hashed).as(toString()).isLessThanOrEqualTo(limit);
            assertThat(hashed + statuses.getOrDefault(503, 0L)).as(toString()).isGreaterThanOrEqualTo(limit);
            assertThat(statuses.keySet()).isSubsetOf(401, 429, 503);
        }
    }

    /** Guesses the password of {@link #email} 200 times in parallel; the owner logs in from home meanwhile. */
    private Guesses guess(String home, IntFunction<String> source) throws Exception {
        long before = hashed();
        int owned = 0;
        ExecutorService clients = Executors.newFixedThreadPool(GUESSES);
        // Of its own: so many idle connections would be closed by the server while other tests want to use them.
        HttpClient http = HttpClient.newHttpClient();
        try {
            List<Future<Integer>> answers = new ArrayList<>();
            for (int i = 0; i < GUESSES; i++) {
                HttpRequest request = api().from(source.apply(i))
                        .request("/api/auth/login")
                        .header("Content-Type", "application/x-www-form-urlencoded")
                        .POST(BodyPublishers.ofString("username=" + encoded(email) + "&password=guess" + i))
                        .build();
                answers.add(clients.submit(
                        () -> http.send(request, BodyHandlers.discarding()).statusCode()));
            }
            do {
                assertThat(api().from(home).logIn(email, PASSWORD).statusCode()).isEqualTo(200);
                owned++;
            } while (!answers.stream().allMatch(Future::isDone));
            Map<Integer, Long> statuses = new TreeMap<>();
            for (Future<Integer> answer : answers) {
                statuses.merge(answer.get(), 1L, Long::sum);
            }
            return new Guesses(statuses, hashed() - before - owned);
        } finally {
            clients.shutdownNow();
        }
    }

    private long hashed() {
        return meters.get("caravana.password.hash")
                .tag("operation", "log-in")
                .timer()
                .count();
    }

    private static long retryAfter(HttpResponse<String> refused) {
        return refused.headers().firstValueAsLong("Retry-After").orElseThrow();
    }

    private static String challenge(HttpResponse<String> refused) {
        return refused.headers().firstValue("WWW-Authenticate").orElseThrow();
    }

    private static String withoutSeconds(HttpResponse<String> answer) {
        return answer.statusCode() + answer.body().replaceAll("[0-9]+ s", "n s");
    }

    private HttpResponse<String> form(String body, String query) throws Exception {
        return api().send(api().request("/api/auth/login" + query)
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString(body)));
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
