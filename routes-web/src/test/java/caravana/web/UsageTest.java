package caravana.web;

import static caravana.web.Api.assertProblem;
import static caravana.web.Api.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What accounts are billed for, against sums that were made by hand. */
class UsageTest extends WebTest {

    private static final String PERIOD = "/api/usage?from=2031-03-01&to=2031-03-02";

    private void record(Api account, String at, String transformations, int height, double seconds, long bytes)
            throws Exception {
        jdbc.update(
                "INSERT INTO usage_records (owner_id, occurred_at, transformations, role, media_type, codec, width, height,"
                        + " seconds, bytes) VALUES (CAST(? AS uuid), CAST(? AS timestamptz), CAST(? AS jsonb), 'video',"
                        + " 'video/mp4', 'h264', 1280, ?, ?, ?)",
                account.subject(),
                at,
                transformations,
                height,
                seconds,
                bytes);
    }

    @Test
    void anAccountGetsItsOwnSumsAndAnOperatorAll() throws Exception {
        Api one = user();
        Api two = user();
        record(one, "2031-02-28T23:59:59Z", "[\"hd_720p\"]", 720, 99, 999);
        record(one, "2031-03-01T00:00:00Z", "[\"hd_720p\", \"recorte_30s\"]", 720, 10.5, 100);
        record(one, "2031-03-01T12:00:00Z", "[\"hd_720p\"]", 720, 4, 50);
        record(one, "2031-03-02T23:59:59Z", "[\"hd_720p\"]", 480, 2, 7);
        record(one, "2031-03-03T00:00:00Z", "[\"hd_720p\"]", 720, 99, 999);
        record(two, "2031-03-01T12:00:00Z", "[\"hd_720p\"]", 720, 1, 3);

        JsonNode days = json(one.get(PERIOD));
        assertThat(days.path("items").size()).isEqualTo(2);
        assertThat(days.at("/items/0").toString())
                .isEqualTo("{\"key\":\"2031-03-01\",\"role\":\"video\",\"media_type\":\"video/mp4\",\"codec\":\"h264\","
                        + "\"width\":1280,\"height\":720,\"files\":2,\"seconds\":14.5,\"bytes\":150}");
        assertThat(days.at("/items/1/key").asText()).isEqualTo("2031-03-02");
        JsonNode names = json(one.get(PERIOD + "&group=transformation"));
        assertThat(names.path("items").findValuesAsText("key")).containsExactly("hd_720p", "hd_720p", "recorte_30s");
        assertThat(names.at("/items/2/seconds").asDouble()).isEqualTo(10.5);
        assertThat(json(one.get(PERIOD + "&group=account")).path("items").findValuesAsText("key"))
                .containsOnly(one.subject());
        Api operator = api().loggedIn(setting("CARAVANA_OPERATOR_EMAIL"), setting("CARAVANA_OPERATOR_PASSWORD"));
        assertThat(json(operator.get(PERIOD + "&group=account")).path("items").findValuesAsText("key"))
                .contains(one.subject(), two.subject());

        for (String json :
                List.of("application/json, text/csv;q=0.1", "text/csv;q=0, */*", "*/*", "text/csv, */*;q=2")) {
            HttpResponse<String> answer =
                    one.send(one.request(PERIOD).header("Accept", json).GET());
            assertThat(answer.headers().firstValue("Content-Type").orElse(""))
                    .as(json)
                    .startsWith("application/json");
            assertThat(answer.headers().allValues("Vary")).anyMatch(value -> value.contains("Accept"));
        }
        for (String table : List.of("Text/CSV", "text/*", "application/json;q=0.1, text/csv;q=0.2")) {
            assertThat(one.send(one.request(PERIOD).header("Accept", table).GET())
                            .headers()
                            .firstValue("Content-Type")
                            .orElse(""))
                    .as(table)
                    .startsWith("text/csv");
        }
        HttpResponse<String> csv =
                one.send(one.request(PERIOD).header("Accept", "text/csv").GET());
        assertThat(csv.headers().firstValue("Content-Type").orElse("")).startsWith("text/csv");
        assertThat(csv.body())
                .isEqualTo("key,role,media_type,codec,width,height,files,seconds,bytes\r\n"
                        + "2031-03-01,video,video/mp4,h264,1280,720,2,14.5,150\r\n"
                        + "2031-03-02,video,video/mp4,h264,1280,480,1,2.0,7\r\n");
        assertThatThrownBy(() -> jdbc.update("UPDATE usage_records SET bytes = 0"))
                .hasMessageContaining("Rows of usage_records are never changed");
        assertThatThrownBy(() -> jdbc.update("DELETE FROM usage_records"))
                .hasMessageContaining("Rows of usage_records are never changed");
    }

    @Test
    void aPeriodThatCannotBeIsRefused() throws Exception {
        Api user = user();
        assertProblem(user.get("/api/usage?from=2031-03-02&to=2031-03-01"), 400, "invalid_request");
        assertProblem(user.get("/api/usage?from=2029-03-02&to=2031-03-01"), 400, "invalid_request");
        assertProblem(user.get("/api/usage?from=2031-02-30&to=2031-03-01"), 400, "invalid_request");
        assertProblem(user.get("/api/usage?group=week"), 400, "invalid_request");
        assertProblem(user.get("/api/usage?from=9999-12-30&to=9999-12-31"), 400, "invalid_request");
        assertThat(user.get("/api/usage?from=9998-12-30&to=9998-12-31").statusCode())
                .isEqualTo(200);
        assertThat(json(user.get("/api/usage")).path("items").size()).isZero();
        assertThat(api().get("/api/usage").statusCode()).isEqualTo(401);
    }

    @Test
    void rowsOutliveTheirVideo() throws Exception {
        Api user = user();
        String id = uploaded(user);
        set(id, "media_info = '{\"result\": {\"video\": {\"codec\": \"h264\"}}}', processed_key = 'p/v.mp4'");
        jdbc.update(
                "INSERT INTO outputs (video_id, claim_token, name, role, media_type, object_key, bytes, sha256, width, height,"
                        + " seconds, checked) VALUES (CAST(? AS uuid), CAST(? AS uuid), 'v.mp4', 'video', 'video/mp4', 'p/v.mp4', 5, 'a',"
                        + " 640, 360, 2.5, 'codec')",
                id,
                UUID.randomUUID().toString());
        jdbc.update("DELETE FROM videos WHERE id = CAST(? AS uuid)", id);

        JsonNode items = json(user.get("/api/usage")).path("items");

        assertThat(items.size()).isEqualTo(1);
        assertThat(items.at("/0/codec").asText()).isEqualTo("h264");
        assertThat(items.at("/0/seconds").asDouble()).isEqualTo(2.5);
    }

    @Test
    void eachRenditionCounts() throws Exception {
        Api user = user();
        String id = uploaded(user);
        String claim = UUID.randomUUID().toString();
        rendition(id, claim, "360", "avc1.640028", 360);
        rendition(id, claim, "720", "avc1.640028", 720);
        rendition(id, claim, "sound", "mp4a.40.2", null);
        rendition(id, UUID.randomUUID().toString(), "1080", "avc1.640028", 1080);

        jdbc.update(
                "INSERT INTO outputs (video_id, claim_token, name, role, media_type, object_key, bytes, sha256, width, height,"
                        + " seconds, checked) VALUES (CAST(? AS uuid), CAST(? AS uuid), 'hls', 'stream',"
                        + " 'application/vnd.apple.mpegurl', 'p/hls/', 180, 'a', 1280, 720, 6, 'codec')",
                id,
                claim);

        JsonNode items = json(user.get("/api/usage")).path("items");
        assertThat(items.findValuesAsText("codec")).containsExactly("aac", "h264", "h264");
        assertThat(items.findValuesAsText("height")).containsExactly("null", "360", "720");
        assertThat(items.findValuesAsText("seconds")).containsOnly("6.0");
        assertThat(items.findValuesAsText("bytes")).containsOnly("60");
    }

    private void rendition(String video, String claim, String name, String codecs, Integer height) {
        jdbc.update(
                "INSERT INTO renditions (video_id, claim_token, name, codecs, width, height, peak_bit_rate, average_bit_rate)"
                        + " VALUES (CAST(? AS uuid), CAST(? AS uuid), ?, ?, ?, ?, 1, 1)",
                video,
                claim,
                name,
                codecs,
                height,
                height);
        for (int number = 0; number <= 2; number++) {
            jdbc.update(
                    "INSERT INTO segments (video_id, claim_token, rendition, number, seconds, bytes)"
                            + " VALUES (CAST(? AS uuid), CAST(? AS uuid), ?, ?, ?, 20)",
                    video,
                    claim,
                    name,
                    number,
                    number == 0 ? 0 : 3);
        }
    }
}
