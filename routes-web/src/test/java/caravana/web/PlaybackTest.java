package caravana.web;

import static caravana.web.Api.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import caravana.web.secret.SecretBox;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

/** Playlists and segments of a video, for players, which have a ticket and no token. */
class PlaybackTest extends WebTest {

    private static final Pattern ADDRESS = Pattern.compile("(?m)^[^#\\n].*|(?<=URI=\")[^\"]+");

    @Autowired
    private SecretBox secrets;

    private Api user;
    private String id;
    private String claim;

    @BeforeEach
    void upload() throws Exception {
        user = user();
        id = uploaded(user);
        claim = processInRenditions(id, "a");
    }

    private URI playback(Api owner, String video) throws Exception {
        JsonNode detail = Api.json(owner.get("/api/videos/" + video));
        return api().request("/")
                .build()
                .uri()
                .resolve(detail.path("playback_url").asText());
    }

    private HttpResponse<String> get(URI address) throws Exception {
        return api().send(HttpRequest.newBuilder(address));
    }

    private static List<URI> addresses(HttpResponse<String> playlist) {
        Matcher found = ADDRESS.matcher(playlist.body());
        return found.results()
                .map(result -> playlist.uri().resolve(result.group()))
                .toList();
    }

    private URI withTicket(String path, URI of) {
        return of.resolve(path + "?" + of.getQuery());
    }

    @Test
    void aPlayerFollowsTheDetailToTheSegments() throws Exception {
        HttpResponse<String> master = get(playback(user, id));

        assertThat(master.statusCode()).as(master.body()).isEqualTo(200);
        assertThat(master.headers().firstValue("Content-Type").orElseThrow())
                .startsWith("application/vnd.apple.mpegurl");
        assertThat(master.body().replaceAll("ticket=[^\"\\n]+", "ticket=T")).isEqualTo("""
                        #EXTM3U
                        #EXT-X-VERSION:7
                        #EXT-X-INDEPENDENT-SEGMENTS
                        #EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="sound",NAME="sound",LANGUAGE="und",DEFAULT=YES,AUTOSELECT=YES,URI="%1$s/sound/index.m3u8?ticket=T"
                        #EXT-X-STREAM-INF:BANDWIDTH=630000,AVERAGE-BANDWIDTH=528000,CODECS="avc1.64000d,mp4a.40.2",RESOLUTION=426x240,FRAME-RATE=25.000,CLOSED-CAPTIONS=NONE,AUDIO="sound"
                        %1$s/240p/index.m3u8?ticket=T
                        #EXT-X-STREAM-INF:BANDWIDTH=1030000,AVERAGE-BANDWIDTH=828000,CODECS="avc1.64001e,mp4a.40.2",RESOLUTION=640x360,FRAME-RATE=25.000,CLOSED-CAPTIONS=NONE,AUDIO="sound"
                        %1$s/360p/index.m3u8?ticket=T
                        """.formatted(claim));

        HttpResponse<String> media = get(addresses(master).get(1));

        assertThat(media.body().replaceAll("ticket=[^\"\\n]+", "ticket=T")).isEqualTo("""
                        #EXTM3U
                        #EXT-X-VERSION:7
                        #EXT-X-INDEPENDENT-SEGMENTS
                        #EXT-X-TARGETDURATION:4
                        #EXT-X-MEDIA-SEQUENCE:1
                        #EXT-X-PLAYLIST-TYPE:EVENT
                        #EXT-X-MAP:URI="segments/0?ticket=T"
                        #EXTINF:4.004000,
                        segments/1?ticket=T
                        #EXTINF:4.004000,
                        segments/2?ticket=T
                        #EXTINF:1.500000,
                        segments/3?ticket=T
                        #EXT-X-ENDLIST
                        """);

        HttpResponse<String> segment = get(addresses(media).get(1));

        assertThat(segment.statusCode()).isEqualTo(302);
        assertThat(segment.headers().firstValue("Cache-Control")).hasValue("no-store");
        URI link = URI.create(segment.headers().firstValue("Location").orElseThrow());
        assertThat(link.getQuery()).contains("X-Amz-Expires=60").doesNotContain("ticket");
        assertThat(get(link).body()).isEqualTo("ahls/240p/1.mp4");
        assertThat(get(link).headers().firstValue("Content-Type")).hasValue("video/mp4");
    }

    /** As Shaka Player does, to learn a segment's media type. */
    @Test
    void whoAsksForHeadersAloneIsLedToThem() throws Exception {
        URI segment = addresses(get(addresses(get(playback(user, id))).get(1))).get(1);

        HttpResponse<String> head = head(segment);

        assertThat(head.statusCode()).isEqualTo(302);
        HttpResponse<String> led =
                head(URI.create(head.headers().firstValue("Location").orElseThrow()));
        assertThat(led.statusCode()).isEqualTo(200);
        assertThat(led.headers().firstValue("Content-Type")).hasValue("video/mp4");
        assertThat(led.headers().firstValueAsLong("Content-Length")).hasValue("ahls/240p/1.mp4".length());
    }

    private HttpResponse<String> head(URI address) throws Exception {
        return api().send(HttpRequest.newBuilder(address).method("HEAD", BodyPublishers.noBody()));
    }

    @Test
    void aPlaylistThatIsKnownIsNotSentAgain() throws Exception {
        URI address = playback(user, id);
        String tag = get(address).headers().firstValue("ETag").orElseThrow();

        HttpResponse<String> again = api().send(HttpRequest.newBuilder(address).header("If-None-Match", tag));

        assertThat(again.statusCode()).isEqualTo(304);
        assertThat(again.body()).isEmpty();
        HttpResponse<String> head = head(address);
        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(head.headers().firstValue("ETag")).hasValue(tag);
        assertThat(head.headers().firstValue("Cache-Control")).hasValue("private, max-age=60");
    }

    /** As Apple's players require it. */
    @Test
    void playlistsAreCompressed() throws Exception {
        URI address = playback(user, id);

        HttpResponse<byte[]> answer = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(address)
                                .header("Accept-Encoding", "gzip")
                                .build(),
                        HttpResponse.BodyHandlers.ofByteArray());

        assertThat(answer.headers().firstValue("Content-Encoding")).hasValue("gzip");
        assertThat(new GZIPInputStream(new ByteArrayInputStream(answer.body())).readAllBytes())
                .asString(StandardCharsets.UTF_8)
                .isEqualTo(get(address).body());
        HttpResponse<String> detail =
                user.send(user.request("/api/videos/" + id).header("Accept-Encoding", "gzip"));
        assertThat(detail.headers().firstValue("Content-Encoding")).isEmpty();
    }

    @Test
    void aTicketIsForOneVideo() throws Exception {
        String other = uploaded(user);
        processInRenditions(other, "b");
        String ticket = playback(user, other).getQuery();

        for (String path : List.of(
                "master.m3u8", claim + "/240p/index.m3u8", claim + "/240p/segments/1", claim + "/240p/segments/0")) {
            String address = "/api/videos/" + id + "/playback/" + path + "?";
            assertThat(api().get(address + playback(user, id).getQuery()).statusCode())
                    .isLessThan(400);
            assertProblem(api().get(address + ticket), 403, "ticket_invalid");
            assertProblem(api().get(address + ticket.replaceFirst("=[0-9]+", "=99999999999")), 403, "ticket_invalid");
            assertProblem(api().get(address + "ticket=x"), 403, "ticket_invalid");
            assertProblem(user.get(address), 400, "invalid_request");
        }
    }

    @Test
    void aTicketThatHasEndedOpensNothing() throws Exception {
        long now = Instant.now().getEpochSecond();
        for (String path : List.of("master.m3u8", claim + "/240p/index.m3u8", claim + "/240p/segments/1")) {
            String address = "/api/videos/" + id + "/playback/" + path + "?ticket=";
            assertThat(api().get(address + ticket(now + 60)).statusCode()).isLessThan(400);
            assertProblem(api().get(address + ticket(now - 1)), 403, "ticket_expired");
        }
        assertProblem(
                api().get("/api/videos/" + id + "/playback/manifest.mpd?ticket=" + ticket(now - 1)),
                403,
                "ticket_expired");
    }

    /** As web itself signs it. */
    private String ticket(long end) {
        byte[] signature = secrets.sign("playback ticket", (id + " " + end).getBytes(StandardCharsets.UTF_8));
        return end + "." + Base64.getUrlEncoder().withoutPadding().encodeToString(signature);
    }

    @Test
    void aTicketEndsWithTheVideo() throws Exception {
        URI address = playback(user, id);
        URI segment = withTicket(claim + "/240p/segments/1", address);
        assertThat(get(segment).statusCode()).isEqualTo(302);

        assertThat(user.delete("/api/videos/" + id).statusCode()).isEqualTo(200);

        assertProblem(get(address), 404, "not_found");
        assertProblem(get(withTicket(claim + "/240p/index.m3u8", address)), 404, "not_found");
        assertProblem(get(segment), 404, "not_found");
    }

    @Test
    void aTicketEndsWithTheAccount() throws Exception {
        URI address = playback(user, id);

        Api operator = api().loggedIn(setting("CARAVANA_OPERATOR_EMAIL"), setting("CARAVANA_OPERATOR_PASSWORD"));

        assertThat(operator.postJson("/api/ops/accounts/" + user.subject() + "/block", "{\"reason\": \"abuse\"}")
                        .statusCode())
                .isEqualTo(204);

        assertProblem(get(address), 404, "not_found");
        assertProblem(get(withTicket(claim + "/240p/index.m3u8", address)), 404, "not_found");
        assertProblem(get(withTicket(claim + "/240p/segments/1", address)), 404, "not_found");
    }

    /** It would delete the first thousand objects, and then what names the others. */
    @Test
    void aVersionThatKnowsNoSegmentsLeavesTheVideoToANewerOne() {
        set(id, "status = 'deleting'");

        assertThatThrownBy(
                        () -> jdbc.update("DELETE FROM videos WHERE id = CAST(? AS uuid) AND status = 'deleting'", id))
                .hasMessageContaining("renditions");
    }

    /** Half of an old result and half of a new one would be garbage. */
    @Test
    void whatIsProcessedAgainHasNewAddresses() throws Exception {
        URI before = playback(user, id);
        String old = claim;
        claim = processInRenditions(id, "b");

        assertProblem(get(withTicket(old + "/240p/index.m3u8", before)), 404, "not_found");
        assertProblem(get(withTicket(old + "/240p/segments/1", before)), 404, "not_found");
        assertThat(get(withTicket(claim + "/240p/index.m3u8", before)).statusCode())
                .isEqualTo(200);
    }

    @Test
    void whatIsNotThereIsNotFound() throws Exception {
        URI address = playback(user, id);
        assertProblem(get(withTicket(claim + "/1080p/index.m3u8", address)), 404, "not_found");
        assertProblem(get(withTicket(claim + "/240p/segments/4", address)), 404, "not_found");
        for (String number : List.of("x", "%201", "1%20", "+1", "1.0", "1e0", "%D9%A1", "-1", "9999999999999999999")) {
            assertProblem(get(withTicket(claim + "/240p/segments/" + number, address)), 404, "not_found");
        }
        assertProblem(get(withTicket("x/240p/index.m3u8", address)), 404, "not_found");
    }

    @Test
    void withoutRenditionsThereIsNoAddress() throws Exception {
        jdbc.update("DELETE FROM renditions");
        URI address = playback(user, id);
        jdbc.update("DELETE FROM outputs WHERE role = 'stream'");
        set(id, "playable_at = NULL");

        assertThat(Api.json(user.get("/api/videos/" + id)).path("playback_url").isNull())
                .isTrue();
        assertProblem(get(address), 404, "not_found");
    }

    @Test
    void theOutputLeadsToThePlaylist() throws Exception {
        JsonNode video = Api.json(user.get("/api/videos/" + id));
        assertThat(video.at("/outputs/1/role").asText()).isEqualTo("stream");
        assertThat(video.at("/outputs/1/url")).isEqualTo(video.path("playback_url"));

        HttpResponse<String> answer = user.get("/api/videos/" + id + "/outputs/hls.m3u8");

        assertThat(answer.statusCode()).isEqualTo(302);
        assertThat(answer.headers().firstValue("Location").orElseThrow())
                .startsWith("/api/videos/" + id + "/playback/master.m3u8?ticket=");
    }

    /** As its job's first claim has begun to make it: two segments of each rendition. */
    private String growing(String video) {
        String token = UUID.randomUUID().toString();
        set(
                video,
                "status = 'processing', claim_token = '" + token
                        + "', claims = claims + 1, lease_until = now() + interval '1 hour'");
        made(video, token, token, 2);
        set(video, "playable_at = now(), playable_stream = '" + token + "', updated_at = now()");
        return token;
    }

    private void made(String video, String token, String stream, int segments) {
        String folder = "processed/" + video + "/" + token + "/hls/";
        for (String rendition : List.of(
                "'240p', 'avc1.64000d', 426, 240, 25, 500000", "'sound', 'mp4a.40.2', NULL, NULL, NULL, 130000")) {
            jdbc.update(
                    "INSERT INTO renditions SELECT CAST(? AS uuid), CAST(? AS uuid), " + rendition
                            + ", 0, CAST(? AS uuid), ?, 'x', 4.004",
                    video,
                    token,
                    stream,
                    folder);
        }
        jdbc.update(
                "INSERT INTO segments SELECT video_id, claim_token, name, number, CASE number WHEN 0 THEN 0 ELSE 4.004 END, 9"
                        + " FROM renditions, generate_series(0, ?) number WHERE claim_token = CAST(? AS uuid)",
                segments,
                token);
    }

    @Test
    void aPlaylistGrowsWhileTheJobRuns() throws Exception {
        String video = uploaded(user);
        String stream = growing(video);
        URI address = playback(user, video);

        HttpResponse<String> master = get(address);
        assertThat(master.statusCode()).as(master.body()).isEqualTo(200);
        assertThat(master.body())
                .contains("#EXT-X-STREAM-INF:BANDWIDTH=630000,CODECS=\"avc1.64000d,mp4a.40.2\",RESOLUTION=426x240");
        assertThat(master.headers().firstValue("Cache-Control")).hasValue("private, max-age=1");

        HttpResponse<String> media = get(withTicket(stream + "/240p/index.m3u8", address));
        assertThat(media.body().replaceAll("ticket=[^\"\\n]+", "ticket=T")).isEqualTo("""
                        #EXTM3U
                        #EXT-X-VERSION:7
                        #EXT-X-INDEPENDENT-SEGMENTS
                        #EXT-X-TARGETDURATION:4
                        #EXT-X-MEDIA-SEQUENCE:1
                        #EXT-X-PLAYLIST-TYPE:EVENT
                        #EXT-X-MAP:URI="segments/0?ticket=T"
                        #EXTINF:4.004000,
                        segments/1?ticket=T
                        #EXTINF:4.004000,
                        segments/2?ticket=T
                        """);
        assertThat(media.headers().firstValue("Cache-Control")).hasValue("private, max-age=1");
        assertProblem(get(withTicket(stream + "/240p/segments/3", address)), 404, "not_found");

        // The next claim makes the same, and has got further.
        String next = UUID.randomUUID().toString();
        set(video, "claim_token = '" + next + "', claims = claims + 1");
        made(video, next, stream, 3);
        HttpResponse<String> longer = get(withTicket(stream + "/240p/index.m3u8", address));
        assertThat(longer.body()).isEqualTo(media.body() + addition(address, 3));
        HttpResponse<String> segment = get(withTicket(stream + "/240p/segments/3", address));
        assertThat(segment.headers().firstValue("Location").orElseThrow())
                .contains("/processed/" + video + "/" + next + "/hls/240p/3.mp4");

        commit(video, next);
        HttpResponse<String> ended = get(withTicket(stream + "/240p/index.m3u8", address));
        assertThat(ended.body()).isEqualTo(longer.body() + "#EXT-X-ENDLIST\n");
        assertThat(ended.headers().firstValue("Cache-Control")).hasValue("private, max-age=60");
        assertThat(get(withTicket(stream + "/240p/segments/1", address))
                        .headers()
                        .firstValue("Location")
                        .orElseThrow())
                .contains("/processed/" + video + "/" + next + "/hls/240p/1.mp4");
        assertThat(get(playback(user, video)).body()).contains(stream + "/240p/index.m3u8");
    }

    private static String addition(URI address, int number) {
        return "#EXTINF:4.004000,\nsegments/" + number + "?" + address.getQuery() + "\n";
    }

    private void commit(String video, String token) {
        String folder = "processed/" + video + "/" + token + "/";
        for (String output : List.of(
                "'video.mp4', 'video', 'video/mp4', '" + folder + "video.mp4'",
                "'hls.m3u8', 'stream', 'application/vnd.apple.mpegurl', '" + folder + "hls/'")) {
            jdbc.update(
                    "INSERT INTO outputs SELECT CAST(? AS uuid), CAST(? AS uuid), " + output
                            + ", 9, '', 640, 360, 9, NULL, NULL, 'codec'",
                    video,
                    token);
        }
        set(
                video,
                "status = 'processed', processed_at = now(), claim_token = NULL, lease_until = NULL, playable_stream = NULL, processed_key = '"
                        + folder + "video.mp4'");
    }

    /** Its segments may be of another recipe than what is made next. */
    @Test
    void whatAFailedJobHasMadeIsNotPlayedAndNotGoneOnWith() throws Exception {
        String video = uploaded(user);
        String stream = growing(video);
        URI address = playback(user, video);
        set(
                video,
                "status = 'failed', failed_at = now(), error_code = 'stalled', error_detail = '', retryable = true, claim_token = NULL, lease_until = NULL");

        assertProblem(get(address), 404, "not_found");
        assertProblem(get(withTicket(stream + "/240p/index.m3u8", address)), 404, "not_found");
        assertProblem(get(withTicket(stream + "/240p/segments/1", address)), 404, "not_found");
        JsonNode detail = Api.json(user.get("/api/videos/" + video));
        assertThat(detail.path("playback_url").isNull()).isTrue();
        assertThat(detail.path("playable_at").isNull()).isTrue();

        assertThat(user.post("/api/videos/" + video + "/retry").statusCode()).isEqualTo(200);
        assertThat(jdbc.queryForObject(
                        "SELECT count(*) FROM renditions WHERE video_id = CAST(? AS uuid)", Long.class, video))
                .isZero();
    }

    /** What waits for its next attempt is played on. */
    @Test
    void aVideoPlaysOnBetweenAttempts() throws Exception {
        String video = uploaded(user);
        String stream = growing(video);
        URI address = playback(user, video);
        String before = get(withTicket(stream + "/240p/index.m3u8", address)).body();
        set(
                video,
                "status = 'uploaded', claim_token = NULL, lease_until = NULL, not_before = now() + interval '1 minute'");

        assertThat(get(withTicket(stream + "/240p/index.m3u8", address)).body()).isEqualTo(before);
        assertThat(get(withTicket(stream + "/240p/segments/2", address)).statusCode())
                .isEqualTo(302);

        assertThat(user.delete("/api/videos/" + video).statusCode()).isEqualTo(200);
        assertProblem(get(withTicket(stream + "/240p/index.m3u8", address)), 404, "not_found");
    }

    /** Until there is a new result, the old one is played. */
    @Test
    void aVideoThatIsProcessedAgainPlaysItsOldResult() throws Exception {
        URI address = playback(user, id);
        String token = UUID.randomUUID().toString();
        set(id, "status = 'uploaded'");
        set(
                id,
                "status = 'processing', claim_token = '" + token
                        + "', claims = claims + 1, lease_until = now() + interval '1 hour'");
        made(id, token, token, 2);

        assertThat(get(address).body()).contains(claim + "/240p/index.m3u8").doesNotContain(token);
        assertProblem(get(withTicket(token + "/240p/index.m3u8", address)), 404, "not_found");
    }

    /** It is for a minute, and for reading this one object. */
    @Test
    void aLinkOpensNoOtherSegment() throws Exception {
        HttpResponse<String> segment = get(withTicket(claim + "/240p/segments/1", playback(user, id)));
        String link = segment.headers().firstValue("Location").orElseThrow();
        assertThat(get(URI.create(link)).statusCode()).isEqualTo(200);

        for (String other : List.of(
                link.replace("/240p/1.mp4", "/240p/0.mp4"),
                link.replace("/hls/240p/1.mp4", "/video.mp4"),
                link.replace("X-Amz-Expires=60", "X-Amz-Expires=6000"),
                link.replace("video%2Fmp4", "text%2Fhtml"),
                link.replaceFirst("X-Amz-Signature=[^&]+", "X-Amz-Signature=" + "0".repeat(64)))) {
            assertThat(other).isNotEqualTo(link);
            assertThat(get(URI.create(other)).statusCode()).as(other).isEqualTo(403);
        }
        for (String method : List.of("PUT", "DELETE", "POST")) {
            HttpResponse<String> refused = api().send(HttpRequest.newBuilder(URI.create(link))
                    .method(method, BodyPublishers.ofString(method.equals("DELETE") ? "" : "other")));
            assertThat(refused.statusCode()).as(method).isGreaterThanOrEqualTo(400);
        }
        assertThat(get(URI.create(link)).body()).isEqualTo("ahls/240p/1.mp4");
    }

    /** Of each segment as much as its first frame needs, for pictures while somebody seeks. */
    @Test
    void aPlaylistOfFirstFramesHasTheSameSegments() throws Exception {
        jdbc.update("UPDATE renditions SET key_bit_rate = height * 100 WHERE height IS NOT NULL");
        // One segment was noted by a version that does not know them.
        jdbc.update("UPDATE segments SET key_bytes = number + 1 WHERE number IN (1, 3) AND rendition <> 'sound'");

        HttpResponse<String> master = get(playback(user, id));

        assertThat(master.body().replaceAll("ticket=[^\"\\n]+", "ticket=T")).endsWith("""
                #EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=24000,CODECS="avc1.64000d",RESOLUTION=426x240,URI="%1$s/iframes240p/index.m3u8?ticket=T"
                #EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=36000,CODECS="avc1.64001e",RESOLUTION=640x360,URI="%1$s/iframes360p/index.m3u8?ticket=T"
                """.formatted(claim));
        HttpResponse<String> media = get(withTicket(claim + "/iframes240p/index.m3u8", master.uri()));
        assertThat(media.body().replaceAll("ticket=[^\"\\n]+", "ticket=T")).isEqualTo("""
                        #EXTM3U
                        #EXT-X-VERSION:7
                        #EXT-X-INDEPENDENT-SEGMENTS
                        #EXT-X-TARGETDURATION:4
                        #EXT-X-MEDIA-SEQUENCE:1
                        #EXT-X-PLAYLIST-TYPE:EVENT
                        #EXT-X-I-FRAMES-ONLY
                        #EXT-X-MAP:URI="../240p/segments/0?ticket=T"
                        #EXTINF:4.004000,
                        #EXT-X-BYTERANGE:2@0
                        ../240p/segments/1?ticket=T
                        #EXTINF:4.004000,
                        #EXT-X-BYTERANGE:9@0
                        ../240p/segments/2?ticket=T
                        #EXTINF:1.500000,
                        #EXT-X-BYTERANGE:4@0
                        ../240p/segments/3?ticket=T
                        #EXT-X-ENDLIST
                        """);
        HttpResponse<String> segment = get(addresses(media).get(1));
        URI link = URI.create(segment.headers().firstValue("Location").orElseThrow());
        HttpResponse<String> frame = api().send(HttpRequest.newBuilder(link).header("Range", "bytes=0-1"));
        assertThat(frame.statusCode()).isEqualTo(206);
        assertThat(frame.body()).isEqualTo("ah");
        assertProblem(get(withTicket(claim + "/iframessound/index.m3u8", master.uri())), 404, "not_found");
        assertProblem(get(withTicket(claim + "/iframes240p/segments/1", master.uri())), 404, "not_found");
    }

    private void captioned() {
        jdbc.update(
                "INSERT INTO outputs SELECT video_id, claim_token, 'subtitulos.vtt', 'subtitles', 'text/vtt',"
                        + " replace(object_key, 'video.mp4', 'subtitulos.vtt'), 9, '', NULL, NULL, NULL, NULL, 'es', ''"
                        + " FROM outputs WHERE role = 'video' AND video_id = CAST(? AS uuid)",
                id);
    }

    @Test
    void captionsAreARenditionOfTheirOwn() throws Exception {
        assertThat(get(playback(user, id)).body()).doesNotContain("SUBTITLES");
        captioned();

        HttpResponse<String> master = get(playback(user, id));

        assertThat(master.body().replaceAll("ticket=[^\"\\n]+", "ticket=T"))
                .contains(
                        "#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID=\"captions\",NAME=\"es\",LANGUAGE=\"es\",DEFAULT=NO,AUTOSELECT=YES,FORCED=NO,URI=\""
                                + claim + "/captions1/index.m3u8?ticket=T\"",
                        ",AUDIO=\"sound\",SUBTITLES=\"captions\"\n" + claim + "/360p/");
        HttpResponse<String> media = get(withTicket(claim + "/captions1/index.m3u8", master.uri()));
        assertThat(media.body().replaceAll("ticket=[^\"\\n]+", "ticket=T")).isEqualTo("""
                        #EXTM3U
                        #EXT-X-VERSION:7
                        #EXT-X-INDEPENDENT-SEGMENTS
                        #EXT-X-TARGETDURATION:9
                        #EXT-X-MEDIA-SEQUENCE:1
                        #EXT-X-PLAYLIST-TYPE:EVENT
                        #EXTINF:9.000000,
                        segments/1?ticket=T
                        #EXT-X-ENDLIST
                        """);
        assertThat(get(addresses(media).get(0)).headers().firstValue("Location").orElseThrow())
                .contains("/" + claim + "/subtitulos.vtt");
        assertProblem(get(withTicket(claim + "/captions1/segments/2", master.uri())), 404, "not_found");
    }

    @Test
    void aManifestOfDashHasTheSameSegments() throws Exception {
        captioned();
        URI address = withTicket("manifest.mpd", playback(user, id));

        HttpResponse<String> manifest = get(address);

        assertThat(manifest.statusCode()).as(manifest.body()).isEqualTo(200);
        assertThat(manifest.headers().firstValue("Content-Type").orElseThrow()).startsWith("application/dash+xml");
        assertThat(manifest.body().replaceAll("ticket=[^\"<]+", "ticket=T"))
                .isEqualTo(("<?xml version=\"1.0\" encoding=\"UTF-8\"?>"
                                + "<MPD xmlns=\"urn:mpeg:dash:schema:mpd:2011\" profiles=\"urn:mpeg:dash:profile:isoff-live:2011\""
                                + " type=\"static\" minBufferTime=\"PT4S\" mediaPresentationDuration=\"PT9.508S\"><Period>"
                                + "<AdaptationSet contentType=\"video\" mimeType=\"video/mp4\" segmentAlignment=\"true\" startWithSAP=\"1\">"
                                + representation("240p", "avc1.64000d", 500000, 426, 240)
                                + representation("360p", "avc1.64001e", 900000, 640, 360)
                                + "</AdaptationSet>"
                                + "<AdaptationSet contentType=\"audio\" mimeType=\"audio/mp4\" segmentAlignment=\"true\" startWithSAP=\"1\">"
                                + representation("sound", "mp4a.40.2", 130000, 0, 0)
                                + "</AdaptationSet>"
                                + "<AdaptationSet contentType=\"text\" mimeType=\"text/vtt\" lang=\"es\">"
                                + "<Representation id=\"captions1\" bandwidth=\"1000\"><BaseURL>%1$s/captions1/segments/1?ticket=T</BaseURL>"
                                + "</Representation></AdaptationSet></Period></MPD>")
                        .replace("%1$s", claim));
        String tag = manifest.headers().firstValue("ETag").orElseThrow();
        assertThat(api().send(HttpRequest.newBuilder(address).header("If-None-Match", tag))
                        .statusCode())
                .isEqualTo(304);

        String video = uploaded(user);
        growing(video);
        assertProblem(get(withTicket("manifest.mpd", playback(user, video))), 404, "not_found");
        assertProblem(
                api().get("/api/videos/" + id + "/playback/manifest.mpd?"
                        + playback(user, video).getQuery()),
                403,
                "ticket_invalid");
    }

    private static String representation(String name, String codecs, int bandwidth, int width, int height) {
        String picture = width == 0 ? "" : " width=\"" + width + "\" height=\"" + height + "\" frameRate=\"25\"";
        return "<Representation id=\"" + name + "\" codecs=\"" + codecs + "\" bandwidth=\"" + bandwidth + "\"" + picture
                + "><SegmentTemplate timescale=\"1000000\" startNumber=\"1\" initialization=\"%1$s/" + name
                + "/segments/0?ticket=T\" media=\"%1$s/" + name + "/segments/$Number$?ticket=T\"><SegmentTimeline>"
                + "<S t=\"0\" d=\"4004000\"/><S t=\"4004000\" d=\"4004000\"/><S t=\"8008000\" d=\"1500000\"/>"
                + "</SegmentTimeline></SegmentTemplate></Representation>";
    }

    @Test
    void theListSaysWhatCanBePlayed() throws Exception {
        String video = uploaded(user);
        String plain = uploaded(user);
        growing(video);

        JsonNode videos = Api.json(user.get("/api/videos"));

        for (JsonNode each : videos) {
            boolean playable = !each.path("video_id").asText().equals(plain);
            assertThat(each.path("playable_at").isTextual()).as(each.toString()).isEqualTo(playable);
            assertThat(each.path("playback_url").isTextual())
                    .as(each.toString())
                    .isEqualTo(playable);
        }
        assertThat(videos).hasSize(3);
    }
}
