package caravana.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import caravana.test.Waits;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.camel.CamelContext;
import org.apache.camel.builder.RouteBuilder;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

/** Bodies that come slowly, in pieces, not at all, or after they were refused. */
class BodiesTest extends ImpatientTest {

    /** More connections than the server has threads. */
    private static final int MANY = 300;

    private static final String LOG_IN = "{\"email\":\"nobody@example.org\",\"password\":\"a good password\"}";

    @Autowired
    private CamelContext camel;

    private static String head(String method, String path, String more) {
        return method + " " + path + " HTTP/1.1\r\nHost: localhost\r\n" + more + "\r\n";
    }

    private static String logIn(String more) {
        return head(
                "POST",
                "/api/auth/login",
                "Content-Type: application/json\r\nContent-Length: " + LOG_IN.length() + "\r\n" + more);
    }

    @Test
    void aBodyInPiecesIsWholeBeforeItsRouteBegins() throws Exception {
        try (Wire wire = new Wire(port)) {
            wire.send(logIn(""));
            for (byte one : LOG_IN.getBytes(StandardCharsets.UTF_8)) {
                wire.send(new byte[] {one});
            }
            Wire.Answer answer = wire.answer();

            assertThat(answer.status()).as(answer.text()).isEqualTo(401);
            assertThat(answer.code()).isEqualTo("bad_credentials");
        }
    }

    @Test
    void bodiesThatNeverEndOccupyOnlyTheirOwnConnections() throws Exception {
        Api user = user();
        List<Wire> slow = new ArrayList<>();
        try {
            for (int i = 0; i < MANY; i++) {
                slow.add(new Wire(port).send(logIn("")).send("{"));
            }
            // Places and threads are free, or this would have to wait for the slow ones' end.
            assertThat(user.get("/api/videos").statusCode()).isEqualTo(200);
            assertThat(uploaded(user)).isNotBlank();
            assertThat(api().get("/api/health").statusCode()).isEqualTo(200);

            for (Wire wire : slow) {
                Wire.Answer answer = wire.answer();
                assertThat(answer.status()).as(answer.text()).isEqualTo(408);
                assertThat(answer.code()).isEqualTo("too_slow");
                assertThat(wire.isEnded()).isTrue();
            }
        } finally {
            for (Wire wire : slow) {
                wire.close();
            }
        }
    }

    /** Camel takes it for the address that it begins with; its body would be read by a thread that waits for it. */
    @Test
    void anAddressThatBeginsAsOneOfTheContractIsRefusedBeforeItsBody() throws Exception {
        String authorization = "Authorization: Bearer " + user().token() + "\r\nContent-Type: text/plain\r\n";
        for (String path : List.of("/api/presets/a/b", "/%61pi/presets/a/b", "/api/videos/a/b/c", "/api/me/x")) {
            String method = path.contains("presets") ? "PUT" : "GET";
            for (String length : List.of("Content-Length: 9\r\n", "Transfer-Encoding: chunked\r\n")) {
                try (Wire wire = new Wire(port)) {
                    Wire.Answer answer = wire.send(head(method, path, authorization + length))
                            .answer();
                    assertThat(answer.status()).as(path + ": " + answer.text()).isEqualTo(404);
                    assertThat(answer.problemCode()).isEqualTo("not_found");
                }
            }
        }
    }

    /** An engineer may add a call without a new contract. */
    @Test
    void theBodyOfACallThatTheContractDoesNotHaveIsAwaitedAsAnyOther() throws Exception {
        camel.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("platform-http:/api/echo/{name}")
                        .routeId("echo")
                        .setBody(simple("{\"length\": ${body.length}}"))
                        .setHeader("Content-Type", constant("application/json"));
            }
        });
        try {
            String call = head("POST", "/api/echo/a", "Authorization: Bearer " + user().token() + "\r\n%s");
            try (Wire wire = new Wire(port)) {
                assertThat(wire.send(call.formatted("Content-Length: 5\r\n"))
                                .send("12345")
                                .answer()
                                .text())
                        .contains("{\"length\": 5}");
            }
            assertRefused(call.formatted("Content-Length: 70000\r\n"), 413, "too_large");
            assertRefused(call.formatted("Transfer-Encoding: chunked\r\n"), 411, "length_required");
            assertRefused(call.formatted("Content-Length: 5\r\n"), 408, "too_slow");
        } finally {
            camel.getRouteController().stopRoute("echo");
            camel.removeRoute("echo");
        }
    }

    private void assertRefused(String head, int status, String code) throws Exception {
        try (Wire wire = new Wire(port)) {
            Wire.Answer answer = wire.send(head).answer();
            assertThat(answer.status()).as(answer.text()).isEqualTo(status);
            assertThat(answer.problemCode()).isEqualTo(code);
        }
    }

    /** The memory for long bodies is shared: one source takes a part of it, and log-ins need none of it. */
    @Test
    void longBodiesOfOneSourceKeepNobodyElseOut() throws Exception {
        String unfinished =
                head("POST", "/api/auth/login", "Content-Type: application/json\r\nContent-Length: 60000\r\n")
                        + "x".repeat(59_000);
        List<Wire> slow = new ArrayList<>();
        try {
            for (int i = 0; i < MANY; i++) {
                slow.add(new Wire(port).send(unfinished));
            }
            assertThat(slow.get(MANY - 1).answer().problemCode()).isEqualTo("busy");
            try (Wire wire = new Wire(port)) {
                assertThat(wire.send(logIn("") + LOG_IN).answer().code()).isEqualTo("bad_credentials");
            }
            try (Wire wire = Wire.fromElsewhere(port, 1)) {
                assertThat(wire.send(unfinished + "x".repeat(1000)).answer().problemCode())
                        .isEqualTo("invalid_request");
            }
        } finally {
            for (Wire wire : slow) {
                wire.close();
            }
        }
        // What they took is given back, also that of a call that was answered.
        await().atMost(Waits.LIMIT).untilAsserted(() -> {
            try (Wire wire = new Wire(port)) {
                assertThat(wire.send(unfinished + "x".repeat(1000)).answer().problemCode())
                        .isEqualTo("invalid_request");
            }
        });
        for (int i = 0; i < MANY; i++) {
            try (Wire wire = new Wire(port)) {
                assertThat(wire.send(unfinished + "x".repeat(1000)).answer().problemCode())
                        .isEqualTo("invalid_request");
            }
        }
    }

    @Test
    void anUploadThatStallsIsCutOffAndLeavesNothing() throws Exception {
        String token = user().token();
        try (Wire wire = new Wire(port)) {
            wire.send(head(
                            "POST",
                            "/api/videos?title=t",
                            "Authorization: Bearer " + token
                                    + "\r\nContent-Type: video/mp4\r\nContent-Length: 11000000\r\n"))
                    .send(bytes(9_000_000));

            Wire.Answer answer = wire.answer();
            assertThat(answer.status()).as(answer.text()).isEqualTo(408);
            assertThat(answer.problemCode()).isEqualTo("too_slow");
        }
        await().atMost(Waits.LIMIT).untilAsserted(this::assertNothingLeft);
    }

    /** A connection continues after a refusal if the answer does not say otherwise: the rest of the body is no request. */
    @Test
    void aRefusedBodyIsReadAndTheConnectionGoesOn() throws Exception {
        String token = user().token();
        Wire wire = new Wire(port);
        int goneOn = 0;
        for (String authorization :
                List.of("", "Authorization: Bearer junk\r\n", "Authorization: Bearer " + token + "\r\n")) {
            for (String type : List.of("multipart/form-data", "application/x-www-form-urlencoded", "video/mp4")) {
                wire.send(head(
                                "POST",
                                "/api/videos",
                                authorization + "Content-Type: " + type + "\r\nContent-Length: 1000\r\n"))
                        .send(new byte[1000]);
                Wire.Answer answer = wire.answer();
                int expected = !authorization.contains(token) ? 401 : type.equals("video/mp4") ? 400 : 415;
                assertThat(answer.status()).as(type + answer.text()).isEqualTo(expected);
                assertThat(answer.isProblem()).isTrue();
                if ("close".equals(answer.headers().get("connection"))) {
                    wire.close();
                    wire = new Wire(port);
                } else {
                    goneOn++;
                }
            }
        }
        wire.close();
        assertThat(goneOn).isGreaterThan(4);
    }

    @Test
    void aRefusedChunkedBodyIsReadAndTheConnectionGoesOn() throws Exception {
        try (Wire wire = new Wire(port)) {
            for (int i = 0; i < 3; i++) {
                wire.send(head("POST", "/api/videos", "Content-Type: video/mp4\r\nTransfer-Encoding: chunked\r\n"))
                        .send("5\r\nvideo\r\n0\r\n\r\n");
                assertThat(wire.answer().status()).isEqualTo(401);
            }
        }
    }

    /** The next request may lie behind the refused body already. */
    @Test
    void whatFollowsARefusedBodyIsTheNextRequest() throws Exception {
        String refused = head("POST", "/api/videos", "Content-Type: video/mp4\r\nContent-Length: 5\r\n") + "video";
        String chunked = head("POST", "/api/videos", "Content-Type: video/mp4\r\nTransfer-Encoding: chunked\r\n")
                + "5\r\nvideo\r\n0\r\n\r\n";
        String next = head("GET", "/api/health", "X-Padding: " + "x".repeat(1000) + "\r\n");
        try (Wire wire = new Wire(port)) {
            wire.send(refused + next + chunked + next);
            assertThat(wire.answer().status()).isEqualTo(401);
            assertThat(wire.answer().text()).isEqualTo("{\"status\":\"ok\"}");
            assertThat(wire.answer().status()).isEqualTo(401);
            assertThat(wire.answer().text()).isEqualTo("{\"status\":\"ok\"}");
        }
        String login = logIn("") + LOG_IN;
        try (Wire wire = new Wire(port)) {
            wire.send(login + next);
            assertThat(wire.answer().code()).isEqualTo("bad_credentials");
            assertThat(wire.answer().text()).isEqualTo("{\"status\":\"ok\"}");
        }
    }

    @Test
    void whoAsksBeforeSendingIsRefusedAtOnce() throws Exception {
        String head = head("POST", "/api/videos?title=t", "Content-Length: 1000000\r\nExpect: 100-continue\r\n");
        try (Wire wire = new Wire(port)) {
            assertThat(wire.send(head).answer().status()).isEqualTo(401);
        }
        try (Wire wire = new Wire(port)) {
            wire.send(head("DELETE", "/api/videos/x", "Content-Length: 10\r\nExpect: 100-continue\r\n"));
            assertThat(wire.answer().status()).isEqualTo(401);
        }
    }

    @Test
    void whoAsksBeforeSendingIsToldToGoOn() throws Exception {
        try (Wire wire = new Wire(port)) {
            wire.send(logIn("Expect: 100-continue\r\n"));
            assertThat(wire.answer().status()).isEqualTo(100);
            assertThat(wire.send(LOG_IN).answer().code()).isEqualTo("bad_credentials");
        }
        try (Wire wire = new Wire(port)) {
            wire.send(head(
                    "POST",
                    "/api/videos?title=t",
                    "Authorization: Bearer " + user().token()
                            + "\r\nContent-Type: video/mp4\r\nContent-Length: 1000\r\nExpect: 100-continue\r\n"));
            assertThat(wire.answer().status()).isEqualTo(100);
            assertThat(wire.send(bytes(1000)).answer().status()).isEqualTo(201);
        }
    }

    /** What is refused may be on its way still: the answer arrives all the same. */
    @Test
    void whoIsRefusedWhileSendingGetsTheAnswer() throws Exception {
        try (Wire wire = new Wire(port)) {
            wire.send(head("POST", "/api/auth/login", "Content-Type: application/json\r\nContent-Length: 4000000\r\n"));
            wire.send(new byte[4_000_000]);
            assertThat(wire.answer().code()).isEqualTo("too_large");
        }
    }
}
