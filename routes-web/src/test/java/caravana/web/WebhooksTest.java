package caravana.web;

import static caravana.web.Api.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import caravana.test.Waits;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.cloudevents.CloudEvent;
import io.cloudevents.jackson.JsonFormat;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.apache.camel.ProducerTemplate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

/** Webhooks, with receivers that behave well and badly. */
class WebhooksTest extends QuickSweepsTest {

    private final List<Receiver> receivers = new ArrayList<>();

    @Autowired
    private ProducerTemplate routes;

    @Autowired
    private MeterRegistry meters;

    private Api user;

    @BeforeEach
    void signUp() throws Exception {
        jdbc.update("DELETE FROM webhooks");
        jdbc.update("DELETE FROM webhook_deliveries");
        user = user();
    }

    @AfterEach
    void close() {
        receivers.forEach(Receiver::close);
    }

    private Receiver receiver(Receiver.Behaviour behaviour) throws Exception {
        Receiver receiver = new Receiver(behaviour);
        receivers.add(receiver);
        return receiver;
    }

    private HttpResponse<String> create(ObjectNode order) throws Exception {
        return user.postJson("/api/webhooks", order.toString());
    }

    /** Returns the webhook, with its secret. */
    private JsonNode created(String url, String... types) throws Exception {
        ObjectNode order = Api.JSON.createObjectNode().put("url", url);
        for (String type : types) {
            order.withArray("types").add(type);
        }
        HttpResponse<String> answer = create(order);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
        return Api.json(answer);
    }

    private static String path(JsonNode webhook) {
        return "/api/webhooks/" + webhook.path("id").asText();
    }

    private JsonNode deliveries(JsonNode webhook) throws Exception {
        HttpResponse<String> answer = user.get(path(webhook) + "/deliveries");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return Api.json(answer).path("deliveries");
    }

    private JsonNode webhook(JsonNode webhook) throws Exception {
        return Api.json(user.get(path(webhook)));
    }

    private HttpResponse<String> patch(JsonNode webhook, String body) throws Exception {
        return user.send(user.request(path(webhook))
                .header("Content-Type", "application/json")
                .method("PATCH", BodyPublishers.ofString(body)));
    }

    private static void assertSigned(Receiver.Call call, int place, JsonNode webhook) throws Exception {
        byte[] secret =
                Base64.getDecoder().decode(webhook.path("secret").asText().substring("whsec_".length()));
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(secret, "HmacSHA256"));
        mac.update((call.id() + "." + call.headers().get("webhook-timestamp") + ".").getBytes());
        assertThat(call.headers().get("webhook-signature").split(" ")[place])
                .isEqualTo("v1," + Base64.getEncoder().encodeToString(mac.doFinal(call.body())));
    }

    private void awaitCalls(Receiver receiver, int number) {
        await().atMost(Waits.LIMIT).until(() -> receiver.calls().size() >= number);
    }

    private void awaitState(JsonNode webhook, String state) {
        await().atMost(Waits.LIMIT)
                .untilAsserted(() -> assertThat(deliveries(webhook))
                        .isNotEmpty()
                        .allSatisfy(delivery ->
                                assertThat(delivery.path("state").asText()).isEqualTo(state)));
    }

    @Test
    void anEventIsSentSignedAndAsTheListHasIt() throws Exception {
        Receiver receiver = receiver(Receiver.status(204));
        JsonNode webhook = created(receiver.url());
        String id = uploaded(user);

        awaitState(webhook, "delivered");
        Receiver.Call call = receiver.calls().get(0);
        assertSigned(call, 0, webhook);
        assertThat(call.headers().get("content-type")).isEqualTo("application/cloudevents+json; charset=UTF-8");
        assertThat(Long.parseLong(call.headers().get("webhook-timestamp")))
                .isBetween(Instant.now().getEpochSecond() - 60, Instant.now().getEpochSecond());
        JsonNode listed = Api.json(user.get("/api/events")).path("events").get(0);
        assertThat(call.event()).isEqualTo(listed);
        assertThat(call.id()).isEqualTo(listed.path("id").asText());
        CloudEvent event = new JsonFormat().deserialize(call.body());
        assertThat(event.getType()).isEqualTo("video.uploaded");
        assertThat(event.getSubject()).isEqualTo(id);
        assertThat(event.getExtension("sequence")).isEqualTo("0000000001");
        JsonNode delivery = deliveries(webhook).get(0);
        assertThat(delivery.path("tries")).hasSize(1);
        assertThat(delivery.path("tries").get(0).path("status").asInt()).isEqualTo(204);
        assertThat(webhook(webhook).has("secret")).isFalse();
        assertThat(jdbc.queryForObject("SELECT secret FROM webhooks", String.class))
                .doesNotContain(webhook.path("secret").asText().substring(6));
    }

    @Test
    void aCallThatFailsIsRepeatedWithItsIdAndHoldsOnlyItsOwnVideoUp() throws Exception {
        Receiver receiver = receiver(Receiver.status(500));
        JsonNode webhook = created(receiver.url());
        String first = uploaded(user);
        set(first, "status = 'cancelled', cancelled_at = now()");
        awaitCalls(receiver, 3);
        assertThat(receiver.types()).containsOnly("video.uploaded");
        String second = uploaded(user);
        await().atMost(Waits.LIMIT)
                .until(() -> receiver.calls().stream()
                        .anyMatch(call -> call.subject().equals(second)));
        assertThat(webhook(webhook).path("failing_since").isNull()).isFalse();
        receiver.become(Receiver.status(200));

        awaitState(webhook, "delivered");
        List<Receiver.Call> ofFirst = receiver.calls().stream()
                .filter(call -> call.subject().equals(first))
                .toList();
        assertThat(ofFirst.get(ofFirst.size() - 1).type()).isEqualTo("video.cancelled");
        assertThat(ofFirst.subList(0, ofFirst.size() - 1))
                .extracting(Receiver.Call::id)
                .containsOnly(ofFirst.get(0).id());
        assertThat(webhook(webhook).path("failing_since").isNull()).isTrue();
        JsonNode tries = deliveries(webhook).get(2).path("tries");
        assertThat(tries.get(0).path("answer").asText()).isEqualTo("answer 500");
    }

    @Test
    void afterTheLastTryADeliveryIsGivenUpAndTheNextOneGoes() throws Exception {
        Receiver receiver = receiver(Receiver.status(500));
        JsonNode webhook = created(receiver.url());
        String id = uploaded(user);
        await().atMost(Waits.LIMIT)
                .untilAsserted(() -> assertThat(
                                deliveries(webhook).get(0).path("state").asText())
                        .isEqualTo("failed"));
        assertThat(receiver.calls()).hasSize(8);
        receiver.become(Receiver.status(200));
        set(id, "status = 'cancelled', cancelled_at = now()");
        awaitCalls(receiver, 9);
        assertThat(receiver.types().get(8)).isEqualTo("video.cancelled");

        HttpResponse<String> replayed = user.post(path(webhook) + "/deliveries/"
                + deliveries(webhook).get(1).path("id").asText() + "/replay");
        assertThat(replayed.statusCode()).as(replayed.body()).isEqualTo(202);
        awaitCalls(receiver, 10);
        assertThat(receiver.calls().get(9).id())
                .isEqualTo(receiver.calls().get(0).id());
    }

    /** Each takes its time, and none of them anybody else's. */
    @Test
    void receiversThatBehaveBadlyFailAloneAndSayWhy() throws Exception {
        ServerSocket plain = withoutTls();
        Receiver hangs = receiver(Receiver.hang());
        Receiver drips = receiver(Receiver.drip(500));
        Receiver floods = receiver(Receiver.flood(500, 10 * 1024 * 1024));
        Receiver target = receiver(Receiver.status(200));
        Receiver redirects = receiver(Receiver.status(307, "Location", target.url()));
        Receiver works = receiver(Receiver.status(200));
        JsonNode hanging = created(hangs.url());
        JsonNode dripping = created(drips.url());
        JsonNode flooding = created(floods.url());
        JsonNode redirecting = created(redirects.url());
        JsonNode closed = created("http://127.0.0.1:1/");
        JsonNode tls = created("https://127.0.0.1:" + plain.getLocalPort() + "/");
        JsonNode working = created(works.url());

        uploaded(user);

        awaitState(working, "delivered");
        awaitTry(hanging, "error", "timeout");
        awaitTry(closed, "error", "connection_failed");
        awaitTry(tls, "error", "tls_failed");
        awaitTry(dripping, "status", "500");
        awaitTry(flooding, "status", "500");
        assertThat(deliveries(flooding).get(0).path("tries").findValuesAsText("answer"))
                .anyMatch(answer -> answer.length() == 1024);
        awaitTry(redirecting, "status", "307");
        for (String outcome : List.of("accepted", "refused", "unanswered")) {
            assertThat(meters.timer("caravana.webhook.calls", "outcome", outcome)
                            .count())
                    .as(outcome)
                    .isPositive();
        }
        assertThat(target.calls()).isEmpty();
        plain.close();
    }

    /** A server that answers a TLS handshake in plain text. */
    private static ServerSocket withoutTls() throws IOException {
        ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread answers = new Thread(() -> {
            while (!server.isClosed()) {
                try (Socket call = server.accept()) {
                    call.getInputStream().read(new byte[4096]);
                    call.getOutputStream()
                            .write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                } catch (IOException callerLeft) {
                    // The next one may stay.
                }
            }
        });
        answers.setDaemon(true);
        answers.start();
        return server;
    }

    /** One of its tries ends so; on a slow machine, others may take too long. */
    private void awaitTry(JsonNode webhook, String field, String value) {
        await().atMost(Waits.LIMIT)
                .untilAsserted(() -> assertThat(
                                deliveries(webhook).get(0).path("tries").findValuesAsText(field))
                        .contains(value));
    }

    @Test
    void aReceiverThatIsGoneIsDisabledAndAnotherWebhookTellsOfIt() throws Exception {
        Receiver gone = receiver(Receiver.status(410));
        Receiver other = receiver(Receiver.status(200));
        JsonNode disabled = created(gone.url());
        created(other.url(), "webhook.disabled");
        uploaded(user);

        awaitCalls(other, 1);
        assertThat(other.calls().get(0).event().path("data").path("reason").asText())
                .isEqualTo("gone");
        assertThat(webhook(disabled).path("enabled").asBoolean()).isFalse();
        assertThat(webhook(disabled).path("disabled_reason").asText()).isEqualTo("gone");
        assertProblem(user.post(path(disabled) + "/test"), 409, "webhook_disabled");

        gone.become(Receiver.status(200));
        String missed = uploaded(user);
        assertThat(patch(disabled, "{\"enabled\": true}").statusCode()).isEqualTo(200);
        HttpResponse<String> replay =
                user.post(path(disabled) + "/replay?since=" + Instant.now().minusSeconds(60));
        assertThat(Api.json(replay).path("replayed").asInt()).isEqualTo(2);
        awaitState(disabled, "delivered");
        assertThat(gone.calls()).extracting(Receiver.Call::subject).contains(missed);
        assertThat(webhook(disabled).path("disabled_reason").isNull()).isTrue();
    }

    @Test
    void anEventStreamTellsOnceOfADisabledWebhookAndAgainToAClientThatReturns() throws Exception {
        Api other = user();
        JsonNode webhook = created(receiver(Receiver.status(410)).url());
        Instant before = Instant.now();
        try (EventClient client = streamOf(user);
                EventClient foreign = streamOf(other)) {
            String video = uploaded(user);
            JsonNode told = disabled(client);
            assertThat(told.path("webhook_id")).isEqualTo(webhook.path("id"));
            assertThat(told.path("reason").asText()).isEqualTo("gone");
            assertThat(Instant.parse(told.path("disabled_at").asText())).isAfter(before.minusSeconds(5));

            // Not once more, and not to others.
            user.delete("/api/videos/" + video);
            assertThat(client.linesUntil("event:deleted")).doesNotContain("event:webhook.disabled");
            other.delete("/api/videos/" + uploaded(other));
            assertThat(foreign.linesUntil("event:deleted")).doesNotContain("event:webhook.disabled");
        }
        jdbc.update(
                "UPDATE events SET occurred_at = occurred_at - interval '2 minutes' WHERE type = 'webhook.disabled'");
        try (EventClient returned =
                streamOf(user, "Last-Event-ID: " + before.minusSeconds(120).toEpochMilli())) {
            assertThat(disabled(returned).path("webhook_id")).isEqualTo(webhook.path("id"));
        }
    }

    private EventClient streamOf(Api account, String... headers) throws Exception {
        return new EventClient(port).send("GET", "/api/videos/events", account.token(), headers);
    }

    private static JsonNode disabled(EventClient client) throws Exception {
        assertThat(client.line("event:webhook.disabled")).isNotNull();
        return Api.JSON.readTree(client.lines("data:", 1).get(0));
    }

    @Test
    void afterThreeDaysOfFailuresAWebhookIsDisabled() throws Exception {
        Receiver receiver = receiver(Receiver.status(500));
        JsonNode webhook = created(receiver.url());
        jdbc.update("UPDATE webhooks SET failing_since = now() - interval '73 hours'");
        uploaded(user);
        await().atMost(Waits.LIMIT)
                .until(() -> !webhook(webhook).path("enabled").asBoolean());
        assertThat(webhook(webhook).path("disabled_reason").asText()).isEqualTo("failing");
    }

    @Test
    void aBusyReceiverIsAskedAgainWhenItSays() throws Exception {
        Receiver receiver = receiver(Receiver.status(503, "Retry-After", "7200"));
        JsonNode webhook = created(receiver.url());
        uploaded(user);
        await().atMost(Waits.LIMIT)
                .until(() -> deliveries(webhook).get(0).path("tries").size() == 1);
        Instant next =
                Instant.parse(deliveries(webhook).get(0).path("next_attempt_at").asText());
        assertThat(next).isAfter(Instant.now().plusSeconds(7000));
    }

    /** After half an hour, those behind it continue, and it is marked. */
    @Test
    void anEventThatFailsForLongIsLate() throws Exception {
        Receiver receiver = receiver((call, self) -> {
            boolean first = self.calls().get(self.calls().size() - 1).type().equals("video.uploaded");
            Receiver.status(first ? 503 : 200, "Retry-After", first ? "3600" : "0")
                    .answer(call, self);
        });
        JsonNode webhook = created(receiver.url());
        String id = uploaded(user);
        awaitCalls(receiver, 1);
        set(id, "status = 'cancelled', cancelled_at = now()");
        await().atMost(Waits.LIMIT)
                .until(() -> jdbc.queryForObject(
                        "SELECT due_at > now() + interval '25 minutes' FROM webhook_deliveries WHERE number = 2",
                        Boolean.class));
        assertThat(receiver.types()).doesNotContain("video.cancelled");

        jdbc.update("UPDATE webhook_deliveries SET first_attempt_at = now() - interval '31 minutes' WHERE number = 1");
        jdbc.update("UPDATE webhook_deliveries SET due_at = now() WHERE number = 2");
        await().atMost(Waits.LIMIT).until(() -> receiver.types().contains("video.cancelled"));
        jdbc.update("UPDATE webhook_deliveries SET due_at = now() WHERE number = 1");
        await().atMost(Waits.LIMIT)
                .until(() -> deliveries(webhook).get(1).path("late").asBoolean());
    }

    @Test
    void aSecretIsRotatedWhileDeliveriesWait() throws Exception {
        Receiver receiver = receiver(Receiver.status(500));
        JsonNode webhook = created(receiver.url());
        uploaded(user);
        awaitCalls(receiver, 1);
        JsonNode rotated = Api.json(user.post(path(webhook) + "/rotate-secret"));
        assertThat(rotated.path("secret")).isNotEqualTo(webhook.path("secret"));
        receiver.become(Receiver.status(200));
        awaitState(webhook, "delivered");
        Receiver.Call last = receiver.calls().get(receiver.calls().size() - 1);
        assertSigned(last, 0, rotated);
        assertSigned(last, 1, webhook);

        jdbc.update("UPDATE webhooks SET previous_until = now()");
        user.post(path(webhook) + "/test");
        await().atMost(Waits.LIMIT).until(() -> receiver.types().contains("webhook.test"));
        Receiver.Call test = receiver.calls().get(receiver.calls().size() - 1);
        assertThat(test.headers().get("webhook-signature")).doesNotContain(" ");
        assertSigned(test, 0, rotated);
    }

    /** As after a kill of the web that had taken them. */
    @Test
    void whatADeadNodeHadTakenIsSentByAnother() throws Exception {
        Receiver receiver = receiver(Receiver.status(200));
        JsonNode webhook = created(receiver.url());
        patch(webhook, "{\"enabled\": false}");
        String id = uploaded(user);
        jdbc.update(
                "INSERT INTO webhook_deliveries (webhook_id, owner_id, event, subject, number, claim_token, due_at)"
                        + " SELECT CAST(? AS uuid), owner_id, id, subject, number, gen_random_uuid(), now() + interval '1 hour'"
                        + " FROM events WHERE subject = CAST(? AS uuid)",
                webhook.path("id").asText(),
                id);
        patch(webhook, "{\"enabled\": true}");
        user.post(path(webhook) + "/test");
        awaitCalls(receiver, 1);
        assertThat(receiver.types()).containsExactly("webhook.test");
        jdbc.update("UPDATE webhook_deliveries SET due_at = now() WHERE claim_token IS NOT NULL");
        awaitState(webhook, "delivered");
        assertThat(receiver.calls()).hasSize(2);
    }

    @Test
    void onlyWantedTypesAreSentAndAnAccountHasTen() throws Exception {
        Receiver receiver = receiver(Receiver.status(200));
        JsonNode webhook = created(receiver.url(), "video.cancelled");
        set(uploaded(user), "status = 'cancelled', cancelled_at = now()");
        awaitCalls(receiver, 1);
        assertThat(receiver.types()).containsExactly("video.cancelled");

        for (int i = 1; i < 10; i++) {
            created(receiver.url() + i);
        }
        assertProblem(create(Api.JSON.createObjectNode().put("url", receiver.url())), 403, "too_many_webhooks");
        assertThat(Api.json(user.get("/api/webhooks")).path("webhooks")).hasSize(10);
        assertThat(user.delete(path(webhook)).statusCode()).isEqualTo(204);
        assertProblem(user.delete(path(webhook)), 404, "not_found");
        routes.requestBody("direct:forget-deliveries", (Object) null);
    }

    /** However many are requested at the same time. */
    @Test
    void aThousandOfOneAccountAreTen() throws Exception {
        ObjectNode order = Api.JSON.createObjectNode().put("url", "http://127.0.0.1:1/");
        ExecutorService threads = Executors.newFixedThreadPool(16);
        Map<Integer, Integer> answers = new TreeMap<>();
        try {
            Callable<Integer> call = () -> create(order).statusCode();
            for (Future<Integer> answer : threads.invokeAll(Collections.nCopies(1000, call))) {
                answers.merge(answer.get(), 1, Integer::sum);
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(answers).isEqualTo(Map.of(201, 10, 403, 990));
        assertThat(Api.json(user.get("/api/webhooks")).path("webhooks")).hasSize(10);
    }

    @Test
    void whatIsNotAsTheContractSaysIsRefused() throws Exception {
        for (String[] wrong : new String[][] {
            {"ftp://127.0.0.1/", "url_scheme"},
            {"https://u:p@127.0.0.1/", "url_credentials"},
            {"https://10.0.0.1/", "address_refused"},
            {"https://169.254.169.254/latest/meta-data", "address_refused"},
            {"https://[::ffff:10.0.0.1]/", "address_refused"},
            {"https://2130706433/", "url_invalid"},
            {"https://127.0.0.1:0/", "url_port"},
            {"https://nobody.invalid/", "host_unknown"}
        }) {
            assertProblem(create(Api.JSON.createObjectNode().put("url", wrong[0])), 400, wrong[1]);
        }
        assertProblem(
                user.postJson("/api/webhooks", "{\"url\":\"https://127.0.0.1/\",\"types\":[\"x\"]}"),
                400,
                "invalid_request");
        assertProblem(user.postJson("/api/webhooks", "{}"), 400, "invalid_request");
        JsonNode webhook = created("http://127.0.0.1:1/");
        assertProblem(patch(webhook, "{\"url\":\"https://10.0.0.1/\"}"), 400, "address_refused");
        assertProblem(user.post(path(webhook) + "/replay?since=yesterday"), 400, "invalid_request");
        assertThat(user.post(path(webhook) + "/replay?since=2026-01-01T00:00:00%2B18:00")
                        .statusCode())
                .isEqualTo(202);
        assertProblem(user.post(path(webhook) + "/replay?since=0001-01-01T00:00:00%2B18:00"), 400, "invalid_request");
        assertProblem(user.get(path(webhook) + "/deliveries?cursor=x"), 400, "invalid_request");
        assertProblem(user.post(path(webhook) + "/deliveries/" + UUID.randomUUID() + "/replay"), 404, "not_found");

        Api other = user();
        assertProblem(other.get(path(webhook)), 404, "not_found");
        assertProblem(other.get(path(webhook) + "/deliveries"), 404, "not_found");
        assertProblem(other.post(path(webhook) + "/test"), 404, "not_found");
        assertProblem(other.post(path(webhook) + "/rotate-secret"), 404, "not_found");
        assertProblem(other.post(path(webhook) + "/replay?since=2026-01-01T00:00:00Z"), 404, "not_found");
        assertProblem(other.delete(path(webhook)), 404, "not_found");
        assertThat(webhook(webhook).path("previous_secret_until").isNull()).isTrue();
    }
}
