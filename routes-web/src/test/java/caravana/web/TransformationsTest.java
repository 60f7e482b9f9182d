package caravana.web;

import static caravana.web.Api.assertProblem;
import static caravana.web.Api.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What may be requested: the catalogue as clients see it, and requests with parameters. */
class TransformationsTest extends WebTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    private Api user;

    @BeforeEach
    void signUp() throws Exception {
        user = user();
    }

    /** To anybody, even with a token that is none, and only once to a client that keeps it. */
    @Test
    void theCatalogueIsShownAndMayBeKept() throws Exception {
        HttpResponse<String> answer = api().with("expired").get("/api/transformations");

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(answer.headers().allValues("Cache-Control")).containsExactly("public, max-age=60");
        JsonNode catalogue = json(answer);
        assertThat(catalogue.path("default_set")).hasSize(8);
        JsonNode rotulo = null;
        for (JsonNode each : catalogue.path("transformations")) {
            rotulo = each.path("nombre").asText().equals("rotulo") ? each : rotulo;
        }
        assertThat(rotulo.path("description").path("es").asText()).startsWith("Escribe");
        assertThat(rotulo.path("parameters").path("required")).hasSize(1);
        JsonNode parameters = rotulo.path("parameters").path("properties");
        assertThat(parameters.path("texto").path("maxLength").asInt()).isEqualTo(100);
        assertThat(parameters.path("posicion").path("enum")).hasSize(3);
        assertThat(parameters.path("tamano").path("title").path("en").asText()).startsWith("Size");
        String tag = answer.headers().firstValue("ETag").orElseThrow();
        HttpResponse<String> again =
                api().send(api().request("/api/transformations").header("If-None-Match", tag));
        assertThat(again.statusCode()).isEqualTo(304);
        assertThat(again.body()).isEmpty();
    }

    @Test
    void theCatalogueSaysWhatGoesTogetherAndWhatIsMade() throws Exception {
        JsonNode catalogue = json(api().get("/api/transformations"));
        Map<String, JsonNode> entries = new LinkedHashMap<>();
        catalogue
                .path("transformations")
                .forEach(each -> entries.put(each.path("nombre").asText(), each));

        List<String> defaults = new ArrayList<>();
        catalogue.path("default_set").forEach(name -> defaults.add(name.asText()));
        assertThat(defaults).contains("recorte_30s", "transcodificacion").doesNotContain("girar");
        assertThat(entries.keySet().stream()
                        .filter(name -> entries.get(name).path("default").booleanValue()))
                .containsExactlyInAnyOrderElementsOf(defaults);
        assertThat(withContent(entries, "needs"))
                .isEqualTo(Map.of(
                        "calidad",
                        "[\"transcodificacion\"]",
                        "cortinillas",
                        "[\"hd_720p\",\"formato_16_9\",\"sin_audio\"]"));
        assertThat(withContent(entries, "excludes"))
                .isEqualTo(Map.of("escalar", "[\"hd_720p\"]", "audio", "[\"sin_audio\"]"));
        assertThat(withContent(entries, "outputs").keySet())
                .containsExactlyInAnyOrder(
                        "miniatura",
                        "solo_audio",
                        "subtitulos",
                        "gif",
                        "webp_animado",
                        "storyboard",
                        "mp4_480p",
                        "mp4_1080p",
                        "hevc",
                        "av1",
                        "hls");
        assertThat(entries.get("miniatura").path("outputs"))
                .isEqualTo(JSON.readTree(
                        "[{\"name\": \"poster.jpg\", \"role\": \"poster\", \"media_type\": \"image/jpeg\"}]"));
        assertThat(entries.get("solo_audio").path("outputs").findValuesAsText("name"))
                .containsExactly("sonido.m4a", "sonido.mp3");
        assertThat(entries.get("storyboard").path("outputs").findValuesAsText("media_type"))
                .containsExactly("image/jpeg", "text/vtt");
    }

    /** The lists of that name that have something in them, by their entries. */
    private static Map<String, String> withContent(Map<String, JsonNode> entries, String list) {
        Map<String, String> found = new LinkedHashMap<>();
        entries.forEach((name, entry) -> {
            if (!entry.path(list).isEmpty()) {
                found.put(name, entry.path(list).toString());
            }
        });
        return found;
    }

    @Test
    void parametersAreKeptBesideTheNames() throws Exception {
        String asked = "[\"hd_720p\", {\"nombre\": \"recortar\", \"inicio\": 2.50}]";

        HttpResponse<String> form = user.upload(new Form()
                .field("title", "t")
                .field("transformaciones", asked)
                .file("video_file", "a.mp4", bytes(1000)));
        HttpResponse<String> body = user.send(
                user.raw("?title=t&transformaciones=" + URLEncoder.encode(asked, StandardCharsets.UTF_8), bytes(1000)));

        for (HttpResponse<String> answer : List.of(form, body)) {
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
            String id = json(answer).path("video_id").asText();
            assertThat(String.valueOf(row(id).get("transformations"))).isEqualTo("[\"hd_720p\", \"recortar\"]");
            assertThat(JSON.readTree(String.valueOf(row(id).get("transformation_parameters"))))
                    .isEqualTo(JSON.readTree(
                            "{\"version\": 1, \"parameters\": {\"recortar\": {\"inicio\": 2.5, \"fin\": 36000}}}"));
        }
    }

    /** Programs of before know names alone. */
    @Test
    void namesAloneHaveNoParameters() throws Exception {
        HttpResponse<String> answer = user.send(user.raw("?title=t&transformaciones=hd_720p,sin_audio", bytes(1000)));

        assertThat(row(json(answer).path("video_id").asText())).containsEntry("transformation_parameters", null);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            [{"nombre": "recotar"}]                              | unknown_transformation | Did you mean recortar?
            [{"nombre": "recortar", "inico": 1}]                 | unknown_parameter      | Did you mean inicio?
            [{"nombre": "hd_720p", "alto": 1}]                   | unknown_parameter      | no parameters
            [{"nombre": "recortar", "inicio": "1"}]              | invalid_parameter      | inicio of recortar is "1"; it must be a number from 0 to 36000
            [{"nombre": "recortar", "inicio": -1}]               | invalid_parameter      | is -1; it must be a number from 0
            [{"nombre": "recortar", "inicio": 1e999999999}]      | invalid_parameter      | it must be a number from 0
            [{"nombre": "recortar", "inicio": 0.0000001}]        | invalid_parameter      | with 6 decimals at most
            [{"nombre": "recortar", "inicio": 5, "fin": 5}]      | invalid_parameter      | fin of recortar is 5; it must be above inicio, which is 5
            [{"nombre": "recortar", "inicio": null}]             | invalid_parameter      | is null
            [{"nombre": "escalar", "alto": 720.5}]               | invalid_parameter      | a whole number from 240 to 2160
            [{"nombre": "escalar", "ampliar": "true"}]           | invalid_parameter      | true or false
            [{"nombre": "girar", "giro": "hflip,vflip"}]         | invalid_parameter      | one of derecha, izquierda
            [{"nombre": "rotulo"}]                               | invalid_parameter      | texto of rotulo is missing
            [{"nombre": "rotulo", "texto": " "}]                 | invalid_parameter      | one line of 1 to 100 characters
            [{"nombre": "rotulo", "texto": "a\\nb"}]             | invalid_parameter      | none of them a control character
            [{"nombre": "rotulo", "texto": "a\\u0000b"}]         | invalid_parameter      | none of them a control character
            [{"nombre": "rotulo", "texto": "a\\u202eb"}]         | invalid_parameter      | none of them a control character
            [{"nombre": "rotulo", "texto": "a\\ud800b"}]         | invalid_parameter      | none of them a control character
            [{"nombre": "escalar"}, "hd_720p"]                   | impossible_combination | 'escalar' is not possible together with hd_720p
            [{"nombre": "calidad"}]                              | impossible_combination | 'calidad' is not possible without transcodificacion
            [{"nombre": "girar"}, "girar", {"nombre": "girar", "giro": "espejo"}] | impossible_combination | appears twice
            [{"nombre": "girar", "nombre": "recortar"}]          | invalid_request        | has the field 0/nombre more than once
            [{"nombre": "girar"}                                 | invalid_request        | is not valid JSON at line 1, column
            [{"nombre": "recortar", "inicio": NaN}]              | invalid_request        | is not valid JSON at line 1, column
            []                                                   | invalid_request        | a list of 1 to 50 names and objects
            {"nombre": "girar"}                                  | invalid_request        | must be a list
            [[]]                                                 | invalid_parameter      | a name, or an object with the name as nombre
            [7]                                                  | invalid_parameter      | a name, or an object with the name as nombre
            """)
    void whatIsNotPossibleIsRefusedByNameAndLeavesNothing(String asked, String code, String sentence) throws Exception {
        HttpResponse<String> answer = user.upload(new Form()
                .field("title", "t")
                .field("transformaciones", asked)
                .file("video_file", "a.mp4", bytes(1000)));

        assertProblem(answer, 400, code);
        assertThat(json(answer).path("detail").asText()).contains(sentence);
        assertNothingLeft();
    }

    @Test
    void aTextOfTenThousandCharactersIsRefusedAndNotRepeated() throws Exception {
        HttpResponse<String> answer = user.upload(new Form()
                .field("title", "t")
                .field("transformaciones", "[{\"nombre\": \"rotulo\", \"texto\": \"" + "x".repeat(10_000) + "\"}]")
                .file("video_file", "a.mp4", bytes(1000)));

        assertProblem(answer, 400, "invalid_parameter");
        assertThat(json(answer).path("detail").asText().length()).isLessThan(400);
        assertThat(user.upload(new Form()
                                .field("title", "t")
                                .field("transformaciones", "[\"" + "x".repeat(40_000) + "\"]")
                                .file("video_file", "a.mp4", bytes(1000)))
                        .statusCode())
                .isEqualTo(400);
        assertNothingLeft();
    }
}
