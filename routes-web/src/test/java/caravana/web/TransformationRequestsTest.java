package caravana.web;

import static org.assertj.core.api.Assertions.assertThat;

import caravana.test.Sample;
import caravana.test.TransformationRequests;
import caravana.transformation.AskedTransformation;
import caravana.transformation.TransformationCatalogue;
import caravana.transformation.TransformationRecipe;
import com.fasterxml.jackson.databind.JsonNode;
import java.net.URLEncoder;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

/**
 * Requests of every kind, made by chance, over HTTP: each is kept as it was meant, or refused and leaves nothing. What is kept is
 * what TransformationFuzzTest plans commands of, from the same requests.
 */
class TransformationRequestsTest extends WebTest {

    private static final int NORMAL = 120;
    private static final int AT_LENGTH = 10_000;

    /** Of a list in a form or a query. */
    private static final int LONGEST = 32 * 1024;

    /** Of a list in a preset. */
    private static final int LONGEST_PRESET = 8 * 1024;

    /** Of an address that is surely taken, in characters. */
    private static final int LONGEST_QUERY = 6_000;

    /** After so many the videos are removed, since an account has no more than a number of them an hour. */
    private static final int BATCH = 50;

    @Autowired
    TransformationCatalogue catalogue;

    private final List<String> wrong = new ArrayList<>();
    private final Map<String, Integer> answers = new TreeMap<>();
    private Api user;

    @Test
    void eachIsKeptAsItWasMeantOrRefused() throws Exception {
        int requests = Sample.size("requests for transformations over HTTP", NORMAL, AT_LENGTH);
        user = user();
        String picture = asset("image/png", AssetsTest.png(3, 2));
        String cues = asset("text/vtt", "WEBVTT\n\n00:01.000 --> 00:02.000\nHola".getBytes(StandardCharsets.UTF_8));
        TransformationRequests made = new TransformationRequests(
                catalogue.entries(), Sample.SEED, parameter -> parameter.isPicture() ? picture : cues);
        int kept = 0;
        for (int i = 0; i < requests; i++) {
            // As it arrives: half of a surrogate pair does not.
            byte[] list = made.next().toString().getBytes(StandardCharsets.UTF_8);
            kept += check(i, new String(list, StandardCharsets.UTF_8), list.length) ? 1 : 0;
            if (i % BATCH == BATCH - 1) {
                assertThat(jdbc.queryForObject("SELECT count(*) FROM videos", Integer.class))
                        .isEqualTo(kept);
                jdbc.update("DELETE FROM videos");
                kept = 0;
            }
        }
        System.out.println("Seed " + Sample.SEED + ", answers: " + answers);
        System.out.printf(
                "RESULT name=transformation-requests value=%d unit=wrong-of-%d target=0 verdict=%s%n",
                wrong.size(), requests, wrong.isEmpty() ? "pass" : "fail");
        assertThat(wrong).isEmpty();
        // Or the test would show nothing.
        assertThat(answers)
                .containsKeys("201", "400 unknown_transformation", "400 unknown_parameter", "400 invalid_parameter");
    }

    /** @return whether a video came of it */
    private boolean check(int number, String list, int bytes) throws Exception {
        TransformationRecipe meant = meant(list);
        boolean preset = number % 3 == 0;
        HttpResponse<String> answer = preset ? byPreset(list) : upload(number % 3 == 1, list);
        boolean fits = bytes <= (preset ? LONGEST_PRESET : LONGEST);
        String code = answer.statusCode() < 300
                ? ""
                : " " + Api.json(answer).path("code").asText();
        answers.merge(answer.statusCode() + code, 1, Integer::sum);
        boolean taken = answer.statusCode() == 201;
        String shown = list.substring(0, Math.min(list.length(), 300)) + ": " + answer.body();
        if (answer.statusCode() != 201 && answer.statusCode() != 400 || taken != (meant != null && fits)) {
            wrong.add(answer.statusCode() + " for " + shown);
        } else if (taken) {
            Map<String, Object> row = jdbc.queryForMap(
                    "SELECT transformations::text AS transformations,"
                            + " transformation_parameters::text AS transformation_parameters"
                            + " FROM videos WHERE id = CAST(? AS uuid)",
                    Api.json(answer).path("video_id").asText());
            if (!TransformationRecipe.in(row).isSame(meant)) {
                wrong.add(row + " is kept for " + shown);
            }
        }
        return taken;
    }

    /** What is to be kept of it; null when it is to be refused. */
    private TransformationRecipe meant(String list) throws Exception {
        try {
            List<AskedTransformation> asked = new ArrayList<>();
            for (JsonNode item : TransformationRecipe.parse(list)) {
                asked.add(AskedTransformation.read(item));
            }
            return catalogue.recipe(asked);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private HttpResponse<String> upload(boolean form, String list) throws Exception {
        String query = "?title=t&transformaciones=" + URLEncoder.encode(list, StandardCharsets.UTF_8);
        return form || query.length() > LONGEST_QUERY
                ? user.upload(new Form()
                        .field("title", "t")
                        .field("transformaciones", list)
                        .file("video_file", "a.mp4", bytes(10)))
                : user.send(user.raw(query, bytes(10)));
    }

    /** Kept as a preset first; the answer is the refusal of that, or of the upload that asks for it. */
    private HttpResponse<String> byPreset(String list) throws Exception {
        HttpResponse<String> saved = user.send(user.request("/api/presets/azar")
                .header("Content-Type", "application/json")
                .PUT(BodyPublishers.ofString("{\"transformaciones\": " + list + "}")));
        return saved.statusCode() < 300 ? user.send(user.raw("?title=t&preset=azar", bytes(10))) : saved;
    }

    private String asset(String type, byte[] content) throws Exception {
        HttpResponse<String> answer = user.send(user.request("/api/assets?name=a")
                .header("Content-Type", type)
                .POST(BodyPublishers.ofByteArray(content)));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
        return Api.json(answer).path("id").asText();
    }
}
