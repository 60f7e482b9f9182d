package caravana.web;

import static caravana.web.Api.assertProblem;
import static caravana.web.Api.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Lists of transformations under names, and videos that ask for one. */
class PresetsTest extends WebTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String CUT = "[\"hd_720p\", {\"nombre\": \"recortar\", \"inicio\": 2.50, \"fin\": 12}]";

    private Api user;

    @BeforeEach
    void signUp() throws Exception {
        user = user();
    }

    private static HttpResponse<String> put(Api caller, String name, String transformations) throws Exception {
        return caller.send(caller.request("/api/presets/" + name)
                .header("Content-Type", "application/json")
                .PUT(BodyPublishers.ofString("{\"transformaciones\": " + transformations + "}")));
    }

    private static List<String> names(Api caller) throws Exception {
        List<String> names = new ArrayList<>();
        json(caller.get("/api/presets"))
                .path("presets")
                .forEach(preset -> names.add(preset.path("name").asText()));
        return names;
    }

    @Test
    void theDeploymentsComeFirstInBothLanguages() throws Exception {
        HttpResponse<String> answer = user.get("/api/presets");

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        JsonNode first = json(answer).path("presets").get(0);
        assertThat(first.path("name").asText()).isEqualTo("predeterminado");
        assertThat(first.path("own").asBoolean()).isFalse();
        assertThat(first.path("description").path("es").asText()).startsWith("Un clip");
        assertThat(first.path("description").path("en").asText()).startsWith("A clip");
        assertThat(first.path("transformaciones"))
                .isEqualTo(json(api().get("/api/transformations")).path("default_set"));
    }

    @Test
    void anAccountKeepsReplacesAndDeletesItsOwn() throws Exception {
        HttpResponse<String> created = put(user, "corto-2", CUT);
        assertThat(created.statusCode()).as(created.body()).isEqualTo(201);
        assertThat(json(created))
                .isEqualTo(JSON.readTree("{\"name\": \"corto-2\", \"own\": true, \"transformaciones\":"
                        + " [\"hd_720p\", {\"nombre\": \"recortar\", \"inicio\": 2.5, \"fin\": 12}]}"));
        assertThat(names(user)).containsExactly("predeterminado", "corto-2");

        HttpResponse<String> replaced = put(user, "corto-2", "[\"sin_audio\", \"sin_audio\"]");
        assertThat(replaced.statusCode()).as(replaced.body()).isEqualTo(200);
        assertThat(json(user.get("/api/presets")).path("presets").get(1).path("transformaciones"))
                .isEqualTo(JSON.readTree("[\"sin_audio\"]"));

        assertThat(user.delete("/api/presets/corto-2").statusCode()).isEqualTo(204);
        assertProblem(user.delete("/api/presets/corto-2"), 404, "not_found");
        assertThat(names(user)).containsExactly("predeterminado");
    }

    /** Whichever way it comes: the row keeps what the preset was then. */
    @Test
    void aVideoGetsWhatThePresetIsWhenItIsAskedFor() throws Exception {
        put(user, "corto", CUT);
        List<String> ids = new ArrayList<>();
        ids.add(accepted(user.upload(
                new Form().field("title", "t").field("preset", "corto").file("video_file", "a.mp4", bytes(1000)))));
        ids.add(accepted(user.send(user.raw("?title=t&preset=corto", bytes(1000)))));
        TusClient tus = new TusClient(user);
        HttpResponse<String> creation = user.send(
                tus.creation(1000).setHeader("Upload-Metadata", TusClient.metadata("title", "t", "preset", "corto")));
        assertThat(creation.statusCode()).as(creation.body()).isEqualTo(201);
        String inPieces =
                creation.headers().firstValue("Location").orElseThrow().replaceFirst(".*/", "");
        user.send(tus.piece(inPieces, 0, bytes(1000)));
        ids.add(inPieces);
        String again = uploaded(user);
        set(again, "status = 'cancelled', cancelled_at = now()");
        assertThat(user.postJson("/api/videos/" + again + "/process", "{\"preset\": \"corto\"}")
                        .statusCode())
                .isEqualTo(200);
        ids.add(again);

        put(user, "corto", "[\"sin_audio\"]");
        user.delete("/api/presets/corto");

        for (String id : ids) {
            Map<String, Object> row = row(id);
            assertThat(row).containsEntry("status", "uploaded");
            assertThat(String.valueOf(row.get("transformations"))).isEqualTo("[\"hd_720p\", \"recortar\"]");
            assertThat(JSON.readTree(String.valueOf(row.get("transformation_parameters"))))
                    .isEqualTo(
                            JSON.readTree(
                                    "{\"version\": 1, \"parameters\": {\"recortar\": {\"inicio\": 2.5, \"fin\": 12}}, \"preset\": \"corto\"}"));
        }
    }

    private static String accepted(HttpResponse<String> answer) throws Exception {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
        return json(answer).path("video_id").asText();
    }

    /** A client repeats an upload whose answer was lost. */
    @Test
    void aRepeatedUploadIsAnsweredAsTheFirstWhateverThePresetHasBecome() throws Exception {
        put(user, "corto", CUT);
        Form form = new Form().field("title", "t").field("preset", "corto").file("video_file", "a.mp4", bytes(1000));
        List<Supplier<HttpRequest.Builder>> ways = List.of(
                () -> user.form(form).setHeader("Idempotency-Key", "form"),
                () -> user.raw("?title=t&preset=corto", bytes(1000)).setHeader("Idempotency-Key", "raw"),
                () -> new TusClient(user)
                        .creation(1000)
                        .setHeader("Upload-Metadata", TusClient.metadata("title", "t", "preset", "corto"))
                        .setHeader("Idempotency-Key", "pieces"));
        List<String> first = new ArrayList<>();
        for (Supplier<HttpRequest.Builder> way : ways) {
            HttpResponse<String> answer = user.send(way.get());
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
            first.add(answer.headers().firstValue("Location").orElseThrow());
        }
        for (String now : List.of("[\"sin_audio\"]", "[{\"nombre\": \"recortar\", \"inicio\": 5}]", CUT)) {
            put(user, "corto", now);
            List<String> repeated = new ArrayList<>();
            for (Supplier<HttpRequest.Builder> way : ways) {
                HttpResponse<String> answer = user.send(way.get());
                assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
                assertThat(answer.headers().firstValue("Idempotency-Replayed")).hasValue("true");
                repeated.add(answer.headers().firstValue("Location").orElseThrow());
            }
            assertThat(repeated).isEqualTo(first);
        }
        assertThat(jdbc.queryForObject("SELECT count(*) FROM videos", Integer.class))
                .isEqualTo(3);
    }

    @Test
    void aRepeatedUploadWithAnotherPresetOrListIsRefused() throws Exception {
        put(user, "corto", CUT);
        put(user, "otro", "[\"sin_audio\"]");
        user.send(user.raw("?title=t&preset=corto", bytes(1000)).setHeader("Idempotency-Key", "k"));

        for (String other : List.of("preset=otro", "transformaciones=sin_audio", "")) {
            assertProblem(
                    user.send(user.raw("?title=t&" + other, bytes(1000)).setHeader("Idempotency-Key", "k")),
                    409,
                    "idempotency_mismatch");
        }
        // The same by another name.
        put(user, "otro", CUT);
        assertThat(user.send(user.raw("?title=t&preset=otro", bytes(1000)).setHeader("Idempotency-Key", "k"))
                        .statusCode())
                .isEqualTo(201);
    }

    @Test
    void theDefaultOneIsWhatAnUploadGetsThatAsksForNothing() throws Exception {
        String named = accepted(user.send(user.raw("?title=t&preset=predeterminado", bytes(1000))));
        String plain = uploaded(user);

        assertThat(row(named).get("transformations")).isEqualTo(row(plain).get("transformations"));
    }

    @Test
    void whatIsNotThereIsRefusedWithTheNearestName() throws Exception {
        put(user, "vertical", "[\"sin_audio\"]");
        Form form = new Form().field("title", "t").field("preset", "verticl").file("video_file", "a.mp4", bytes(1000));
        List<HttpResponse<String>> answers = List.of(
                user.upload(form),
                user.send(user.raw("?title=t&preset=verticl", bytes(1000))),
                user.send(new TusClient(user)
                        .creation(1000)
                        .setHeader("Upload-Metadata", TusClient.metadata("title", "t", "preset", "verticl"))));
        for (HttpResponse<String> answer : answers) {
            assertProblem(answer, 400, "unknown_preset");
            assertThat(json(answer).path("detail").asText())
                    .contains("verticl")
                    .contains("Did you mean vertical?")
                    .contains("predeterminado and vertical");
        }
        assertProblem(user.send(user.raw("?title=t&preset=", bytes(1000))), 400, "unknown_preset");
        assertNothingLeft();
    }

    @ParameterizedTest
    @ValueSource(strings = {"hd_720p", ""})
    void aListBesideAPresetIsRefused(String list) throws Exception {
        for (boolean first : List.of(true, false)) {
            Form form = new Form().field("title", "t");
            if (first) {
                form.field("transformaciones", list).field("preset", "predeterminado");
            } else {
                form.field("preset", "predeterminado").field("transformaciones", list);
            }
            assertProblem(user.upload(form.file("video_file", "a.mp4", bytes(1000))), 400, "invalid_request");
        }
        HttpResponse<String> raw =
                user.send(user.raw("?title=t&preset=predeterminado&transformaciones=" + list, bytes(1000)));
        assertProblem(raw, 400, "invalid_request");
        assertThat(json(raw).path("detail").asText()).contains("both transformaciones and preset");
        assertProblem(
                user.send(new TusClient(user)
                        .creation(1000)
                        .setHeader(
                                "Upload-Metadata",
                                TusClient.metadata(
                                        "title", "t", "preset", "predeterminado", "transformaciones", list))),
                400,
                "invalid_request");
        assertNothingLeft();
        String id = uploaded(user);
        set(id, "status = 'cancelled', cancelled_at = now()");
        assertProblem(
                user.postJson(
                        "/api/videos/" + id + "/process",
                        "{\"preset\": \"predeterminado\", \"transformaciones\": [\"hd_720p\"]}"),
                400,
                "invalid_request");
        assertThat(row(id)).containsEntry("status", "cancelled");
    }

    @Test
    void aPresetThatIsThereTwiceIsRefused() throws Exception {
        assertProblem(
                user.upload(new Form()
                        .field("title", "t")
                        .field("preset", "predeterminado")
                        .field("preset", "predeterminado")
                        .file("video_file", "a.mp4", bytes(1000))),
                400,
                "invalid_request");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            ["recotar"]                                     | unknown_transformation | Did you mean recortar?
            [{"nombre": "recortar", "inico": 1}]            | unknown_parameter      | Did you mean inicio?
            [{"nombre": "recortar", "inicio": -1}]          | invalid_parameter      | inicio of recortar is -1; it must be a number from 0
            [{"nombre": "recortar", "inicio": 1e999999999}] | invalid_parameter      | it must be a number from 0
            [{"nombre": "rotulo", "texto": "a\\nb"}]        | invalid_parameter      | none of them a control character
            ["calidad"]                                     | impossible_combination | 'calidad' is not possible without transcodificacion
            []                                              | invalid_request        | transformaciones must be a list of 1 to 50 items
            "hd_720p"                                       | invalid_request        | transformaciones must be a list
            """)
    void whatAnUploadRefusesIsNotKept(String list, String code, String sentence) throws Exception {
        HttpResponse<String> answer = put(user, "corto", list);

        assertProblem(answer, 400, code);
        assertThat(json(answer).path("detail").asText()).contains(sentence);
        assertThat(names(user)).containsExactly("predeterminado");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Corto",
                "-corto",
                "mis%20clips",
                "ni%C3%B1o",
                "a.b",
                "a%00b",
                "aaaaaaaaaabbbbbbbbbbccccccccccdddddddddde"
            })
    void aNameHasItsForm(String name) throws Exception {
        HttpResponse<String> answer = put(user, name, "[\"sin_audio\"]");

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
        assertThat(names(user)).containsExactly("predeterminado");
    }

    @Test
    void oneIsShownByItsName() throws Exception {
        put(user, "corto", CUT);

        JsonNode own = json(user.get("/api/presets/corto"));
        assertThat(own.path("name").asText()).isEqualTo("corto");
        assertThat(own.path("own").booleanValue()).isTrue();
        assertThat(own.path("transformaciones")).isEqualTo(JSON.readTree(CUT));
        JsonNode first = json(user.get("/api/presets")).at("/presets/0");
        assertThat(json(user.get("/api/presets/predeterminado"))).isEqualTo(first);
        assertThat(first.path("own").booleanValue()).isFalse();
        assertThat(first.path("description").path("en").asText()).isNotEmpty();

        // The deployment may have got one of the same name later.
        insert("predeterminado", "[\"sin_audio\"]");
        assertThat(json(user.get("/api/presets/predeterminado")).path("transformaciones"))
                .isEqualTo(JSON.readTree("[\"sin_audio\"]"));
        for (String name : List.of("largo", "Corto", "a%00b")) {
            HttpResponse<String> answer = user.get("/api/presets/" + name);
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(name.contains("%") ? 400 : 404);
        }
        assertProblem(user().get("/api/presets/corto"), 404, "not_found");
    }

    @Test
    void theDeploymentsNamesAreTaken() throws Exception {
        assertProblem(put(user, "predeterminado", "[\"sin_audio\"]"), 409, "preset_of_deployment");
        assertProblem(user.delete("/api/presets/predeterminado"), 409, "preset_of_deployment");
    }

    /** The deployment may have got one of the same name later. */
    @Test
    void anOwnOneGoesBeforeTheDeploymentsOfTheSameNameAndCanBeDeleted() throws Exception {
        insert("predeterminado", "[\"sin_audio\"]");

        String id = accepted(user.send(user.raw("?title=t&preset=predeterminado", bytes(1000))));
        assertThat(String.valueOf(row(id).get("transformations"))).isEqualTo("[\"sin_audio\"]");
        assertThat(user.delete("/api/presets/predeterminado").statusCode()).isEqualTo(204);
    }

    private void insert(String name, String list) throws IOException {
        jdbc.update(
                "INSERT INTO presets (owner_id, name, transformations) VALUES (CAST(? AS uuid), ?, CAST(? AS jsonb))",
                user.subject(),
                name,
                list);
    }

    @Test
    void whatTheCatalogueHasNoLongerIsSaidOfThePreset() throws Exception {
        insert("antiguo", "[\"sin_audi\"]");

        HttpResponse<String> answer = user.send(user.raw("?title=t&preset=antiguo", bytes(1000)));

        assertProblem(answer, 400, "unknown_transformation");
        assertThat(json(answer).path("detail").asText())
                .contains("In the preset antiguo: There is no transformation sin_audi. Did you mean sin_audio?");
    }

    @Test
    void anAccountHasFiftyAtMostAlsoWhenItSavesManyAtOnce() throws Exception {
        int limit = json(user.get("/api/presets")).path("limit").asInt();
        assertThat(limit).isEqualTo(50);
        for (int i = 0; i < limit - 3; i++) {
            insert("p" + i, "[\"sin_audio\"]");
        }
        List<Callable<Integer>> calls = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            String name = "q" + i;
            calls.add(() -> put(user, name, "[\"sin_audio\"]").statusCode());
        }
        List<Integer> statuses = new ArrayList<>();
        ExecutorService threads = Executors.newFixedThreadPool(calls.size());
        try {
            for (Future<Integer> answer : threads.invokeAll(calls)) {
                statuses.add(answer.get());
            }
        } finally {
            threads.shutdown();
        }
        assertThat(statuses).filteredOn(status -> status == 201).hasSize(3);
        assertThat(statuses).filteredOn(status -> status == 403).hasSize(9);
        assertThat(names(user)).hasSize(limit + 1);
        assertProblem(put(user, "una-mas", "[\"sin_audio\"]"), 403, "too_many_presets");
        assertThat(put(user, "p0", "[\"hd_720p\"]").statusCode()).isEqualTo(200);
    }

    @Test
    void noAccountSeesUsesOrChangesThoseOfAnother() throws Exception {
        Api other = user();
        put(user, "mio", "[\"sin_audio\"]");

        assertThat(names(other)).containsExactly("predeterminado");
        assertProblem(other.send(other.raw("?title=t&preset=mio", bytes(1000))), 400, "unknown_preset");
        assertProblem(other.delete("/api/presets/mio"), 404, "not_found");
        assertThat(put(other, "mio", "[\"hd_720p\"]").statusCode()).isEqualTo(201);

        assertThat(json(user.get("/api/presets")).path("presets").get(1).path("transformaciones"))
                .isEqualTo(JSON.readTree("[\"sin_audio\"]"));
    }

    @Test
    void theyGoWithTheirAccount() throws Exception {
        put(user, "mio", "[\"sin_audio\"]");

        jdbc.update("DELETE FROM users WHERE id = CAST(? AS uuid)", user.subject());

        assertThat(jdbc.queryForObject(
                        "SELECT count(*) FROM presets WHERE owner_id = CAST(? AS uuid)", Integer.class, user.subject()))
                .isZero();
    }
}
