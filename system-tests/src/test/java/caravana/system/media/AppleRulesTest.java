package caravana.system.media;

import static org.assertj.core.api.Assertions.assertThat;

import caravana.local.ApiClient;
import caravana.local.AppProcess;
import caravana.local.SampleVideo;
import caravana.system.Jobs;
import caravana.system.SharedStack;
import caravana.system.media.Presentation.Playlist;
import caravana.test.SampledClass;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What Apple's players require of the renditions of videos, on the whole system; and each rule finds a fault of its kind. */
@SampledClass(turn = 5)
class AppleRulesTest {

    private static final int SECONDS = 14;
    /** Of a track run box and its samples (ISO/IEC 14496-12, 8.8.8). */
    private static final int FIRST_SAMPLE_FLAGS = 0x4;

    private static final int NO_KEY_FRAME = 0x01010000;

    /** Of units of H.264 (ITU-T H.264, 7.4.1). */
    private static final int NAL_TYPE = 0x1f;

    private static final int NAL_IDR = 5;
    private static final int NAL_SLICE = 1;

    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    static Path folder;

    private static AppProcess web;
    private static AppProcess worker;
    private static ApiClient client;

    @BeforeAll
    static void start() throws Exception {
        Map<String, String> settings = new HashMap<>(SharedStack.cleared().environment());
        settings.put("CARAVANA_WORK_DIR", folder.resolve("work").toString());
        web = AppProcess.start(AppProcess.WEB, settings, folder.resolve("web.log"));
        worker = AppProcess.start(AppProcess.WORKER, settings, folder.resolve("worker.log"));
        web.awaitReady();
        worker.awaitReady();
        client = ApiClient.signUp(web.uri());
    }

    @AfterAll
    static void stop() {
        if (worker != null) {
            worker.close();
            web.close();
        }
    }

    private static Presentation presentation(String size, String transformations) throws Exception {
        Path video = SampleVideo.make(folder.resolve("video.mp4"), size, SECONDS);
        JsonNode done = Jobs.done(client, web.uri(), video, transformations);
        return Presentation.of(web.uri().resolve(done.path("playback_url").asText()));
    }

    private static String captions() throws Exception {
        HttpResponse<String> kept = client.send(client.request(web.uri().resolve("/api/assets?name=Captions"))
                .header("Content-Type", "text/vtt")
                .POST(BodyPublishers.ofString("WEBVTT\n\n00:01.000 --> 00:09.000\nHola\n"))
                .build());
        return JSON.readTree(kept.body()).path("id").asText();
    }

    @Test
    void renditionsKeepThem() throws Exception {
        Presentation whole = presentation(
                "854x480",
                "[\"hls\", \"transcodificacion\", {\"nombre\": \"subtitulos\", \"texto\": \"" + captions() + "\"}]");
        Presentation silent = presentation("360x640", "[\"hls\", \"sin_audio\"]");
        Presentation small = presentation("320x180", "[\"hls\"]");

        int wrong = 0;
        for (Presentation each : List.of(whole, silent, small)) {
            wrong += AppleRules.broken(each, folder).size();
            assertThat(AppleRules.broken(each, folder)).as(each.master().text()).isEmpty();
            System.out.println("RESULT name=apple-rules value=" + wrong + " unit=rules-broken "
                    + AppleRules.extent(each) + " target=0 verdict=pass");
        }
        assertThat(whole.variants()).hasSizeGreaterThan(1);
        assertThat(whole.sound()).isNotNull();
        assertThat(whole.master().attributes("EXT-X-MEDIA")).hasSize(2);
        assertThat(silent.sound()).isNull();
        assertEachFindsItsFault(whole);
    }

    private static void assertEachFindsItsFault(Presentation whole) throws Exception {
        for (Map.Entry<String, UnaryOperator<Presentation>> fault : faults().entrySet()) {
            Presentation changed = fault.getValue().apply(whole);
            assertThat(AppleRules.broken(changed, folder)).as(fault.getKey()).contains(fault.getKey());
        }
    }

    /** By the name of the rule that finds it. */
    private static Map<String, UnaryOperator<Presentation>> faults() {
        Map<String, UnaryOperator<Presentation>> faults = new LinkedHashMap<>();
        faults.put(
                "playlists are compressed by gzip",
                each -> media(each, list -> new Playlist(list.text(), list.mediaType(), "none", list.segments())));
        faults.put(
                "playlists have the registered media type",
                each -> media(each, list -> new Playlist(list.text(), "text/plain", list.encoding(), list.segments())));
        faults.put("a playlist begins with EXTM3U", mediaText("#EXTM3U\n", ""));
        faults.put("EXT-X-INDEPENDENT-SEGMENTS is in the master playlist", master("#EXT-X-INDEPENDENT-SEGMENTS\n", ""));
        faults.put("there is an I-frame playlist", master("#EXT-X-I-FRAME-STREAM-INF[^\n]*\n", ""));
        faults.put("each has BANDWIDTH", master(":BANDWIDTH=[0-9]+,", ":"));
        faults.put("each has CODECS", master("CODECS=\"[^\"]*\",", ""));
        faults.put("each has RESOLUTION", master("RESOLUTION=[0-9x]+,", ""));
        faults.put("each has AVERAGE-BANDWIDTH", master("AVERAGE-BANDWIDTH=[0-9]+,", ""));
        faults.put("each has FRAME-RATE", master("FRAME-RATE=30.000", "FRAME-RATE=30"));
        faults.put("without closed captions each says so", master(",CLOSED-CAPTIONS=NONE", ""));
        faults.put("each EXT-X-MEDIA has LANGUAGE", master(",LANGUAGE=\"und\"", ""));
        faults.put("each EXT-X-MEDIA has GROUP-ID, NAME and URI", master("NAME=\"sound\",", ""));
        faults.put(
                "what is a default is also selected automatically",
                master("DEFAULT=YES,AUTOSELECT=YES", "DEFAULT=YES"));
        faults.put("each variant names the group of its AUDIO", master(",AUDIO=\"sound\"", ""));
        faults.put("each variant names the group of its SUBTITLES", master(",SUBTITLES=\"captions\"", ""));
        faults.put("CODECS has the sound", master(",mp4a[^\"]*\"", "\""));
        faults.put("no segment is longer than EXT-X-TARGETDURATION", mediaText("DURATION:[0-9]+", "DURATION:2"));
        faults.put("a finished playlist ends with EXT-X-ENDLIST", mediaText("#EXT-X-ENDLIST\n", ""));
        faults.put("EXT-X-MAP needs version 6", mediaText("VERSION:7", "VERSION:5"));
        faults.put("each segment has a length", mediaText("#EXTINF:1[^\n]*\n", ""));
        faults.put(
                "segments of all variants have the same lengths",
                each -> media(each, list -> list.withText(changed(list.text(), "#EXTINF:3[^,]*", "#EXTINF:3.5"))));
        faults.put("BANDWIDTH is the measured peak", master("BANDWIDTH=", "BANDWIDTH=2"));
        faults.put("AVERAGE-BANDWIDTH is the measured mean", master("AVERAGE-BANDWIDTH=", "AVERAGE-BANDWIDTH=2"));
        faults.put("each segment begins with a key frame", each -> segments(each, AppleRulesTest::withoutKeyFrame));
        faults.put("RESOLUTION is that of the segments", master("RESOLUTION=[0-9]+", "RESOLUTION=200"));
        faults.put("H.264 is tagged avc1", each -> segments(each, bytes -> replaced(bytes, "avc1", "avc3")));
        faults.put(
                "the sound is AAC with at most two channels",
                each -> each.withMedia(soundOf(each), each.variants().get(0).playlist()));
        faults.put("an I-frame playlist says so", mediaText("#EXT-X-I-FRAMES-ONLY\n", ""));
        faults.put(
                "an entry of an I-frame playlist is one key frame",
                each -> keyFrames(each, "BYTERANGE:[0-9]+", "BYTERANGE:40"));
        faults.put(
                "BANDWIDTH of an I-frame playlist is the measured peak",
                master("I-FRAME-STREAM-INF:BANDWIDTH=", "I-FRAME-STREAM-INF:BANDWIDTH=2"));
        return faults;
    }

    private static UnaryOperator<Presentation> master(String pattern, String by) {
        return each -> each.withMaster(changed(each.master().text(), pattern, by));
    }

    private static String changed(String text, String pattern, String by) {
        String changed = text.replaceAll(pattern, by);
        assertThat(changed).as(pattern).isNotEqualTo(text);
        return changed;
    }

    private static UnaryOperator<Presentation> mediaText(String pattern, String by) {
        return each -> {
            List<String> fitting = each.media().keySet().stream()
                    .filter(address -> !each.media()
                            .get(address)
                            .text()
                            .equals(each.media().get(address).text().replaceAll(pattern, by)))
                    .toList();
            assertThat(fitting).as(pattern).isNotEmpty();
            String address = fitting.get(fitting.size() - 1);
            return each.withMedia(
                    address,
                    each.media()
                            .get(address)
                            .withText(changed(each.media().get(address).text(), pattern, by)));
        };
    }

    private static Presentation keyFrames(Presentation each, String pattern, String by) {
        String address =
                each.master().attributes("EXT-X-I-FRAME-STREAM-INF").get(0).get("URI");
        return each.withMedia(
                address,
                each.media()
                        .get(address)
                        .withText(changed(each.media().get(address).text(), pattern, by)));
    }

    private static Presentation media(Presentation each, UnaryOperator<Playlist> change) {
        String address = each.master().addresses().get(0);
        return each.withMedia(address, change.apply(each.media().get(address)));
    }

    private static String soundOf(Presentation each) {
        return each.master().attributes("EXT-X-MEDIA").stream()
                .filter(attributes -> attributes.get("TYPE").equals("AUDIO"))
                .findFirst()
                .orElseThrow()
                .get("URI");
    }

    /** Changes the segments of the first rendition, and what initialises a decoder. */
    private static Presentation segments(Presentation each, UnaryOperator<byte[]> change) {
        return media(each, list -> {
            Map<String, byte[]> changed = new LinkedHashMap<>();
            list.segments().forEach((address, bytes) -> changed.put(address, change.apply(bytes.clone())));
            return new Playlist(list.text(), list.mediaType(), list.encoding(), changed);
        });
    }

    private static byte[] replaced(byte[] bytes, String what, String by) {
        for (int place : places(bytes, what)) {
            System.arraycopy(by.getBytes(StandardCharsets.US_ASCII), 0, bytes, place, by.length());
        }
        return bytes;
    }

    private static List<Integer> places(byte[] bytes, String what) {
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        List<Integer> places = new ArrayList<>();
        for (int place = text.indexOf(what); place >= 0; place = text.indexOf(what, place + 1)) {
            places.add(place);
        }
        return places;
    }

    /** Says of the first frame of a segment that others are needed to decode it, in its boxes and in itself. */
    private static byte[] withoutKeyFrame(byte[] segment) {
        ByteBuffer boxes = ByteBuffer.wrap(segment);
        for (int run : places(segment, "trun")) {
            int flags = boxes.getInt(run + 4) & 0xffffff;
            int place = run + 12 + ((flags & 0x1) == 0 ? 0 : 4);
            if ((flags & FIRST_SAMPLE_FLAGS) != 0) {
                boxes.putInt(place, NO_KEY_FRAME);
            }
        }
        for (int media : places(segment, "mdat")) {
            int unit = media + 4;
            while (unit + 5 < segment.length && (segment[unit + 4] & NAL_TYPE) != NAL_IDR) {
                unit += 4 + boxes.getInt(unit);
            }
            segment[unit + 4] = (byte) (segment[unit + 4] & ~NAL_TYPE | NAL_SLICE);
        }
        return segment;
    }
}
