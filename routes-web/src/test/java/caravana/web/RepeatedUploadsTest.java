package caravana.web;

import static caravana.web.Api.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A repetition by {@code Idempotency-Key} that differs in any field is refused, in each way to upload, and the error names the field. */
class RepeatedUploadsTest extends WebTest {

    private static final byte[] FILE = bytes(1000);

    private static final String FILE_NAME = "filename";

    /** Of each field a value, and another one. Presets have a test of their own. */
    private static final Map<String, List<String>> VALUES = Map.of(
            "title", List.of("t", "another"),
            "transformaciones", List.of("hd_720p,transcodificacion", "transcodificacion"),
            "original_sha256", List.of(sum(), "ab".repeat(32)),
            "prioridad", List.of("2", "1"),
            "reference", List.of("r-1", "r-2"),
            "metadata", List.of("{\"a\":1}", "{\"a\":2}"));

    private Api user;
    private String source;

    @BeforeEach
    void signUp() throws Exception {
        user = user();
    }

    private static String sum() {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(FILE));
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private enum Way {
        FORM {
            @Override
            HttpRequest.Builder request(Api user, Map<String, String> fields, String source) {
                Form form = new Form();
                without(fields, FILE_NAME).forEach(form::field);
                return user.form(form.file("video_file", fields.get(FILE_NAME), FILE));
            }
        },
        BODY {
            @Override
            HttpRequest.Builder request(Api user, Map<String, String> fields, String source) {
                return user.raw("?" + query(without(fields, FILE_NAME)), FILE);
            }
        },
        TUS {
            @Override
            HttpRequest.Builder request(Api user, Map<String, String> fields, String source) {
                List<String> metadata = new ArrayList<>();
                fields.forEach((name, value) -> metadata.addAll(List.of(name, value)));
                return new TusClient(user)
                        .request("/api/uploads")
                        .header("Upload-Length", String.valueOf(FILE.length))
                        .header("Upload-Metadata", TusClient.metadata(metadata.toArray(String[]::new)))
                        .POST(BodyPublishers.noBody());
            }
        },
        PARTS {
            @Override
            HttpRequest.Builder request(Api user, Map<String, String> fields, String source) {
                return json(user, "/api/uploads/s3/multipart", object(fields).put("bytes", FILE.length));
            }
        },
        PUT {
            @Override
            HttpRequest.Builder request(Api user, Map<String, String> fields, String source) {
                Map<String, String> parameters = new LinkedHashMap<>(without(fields, "metadata"));
                parameters.put("bytes", String.valueOf(FILE.length));
                parameters.put("metadata[metadata]", fields.get("metadata"));
                return user.request("/api/uploads/s3/params?" + query(parameters));
            }
        },
        IMPORT {
            @Override
            HttpRequest.Builder request(Api user, Map<String, String> fields, String source) {
                ObjectNode order = object(without(fields, FILE_NAME)).put("url", source);
                if (fields.containsKey("prioridad")) {
                    order.put("prioridad", Integer.valueOf(fields.get("prioridad")));
                }
                if (fields.containsKey("transformaciones")) {
                    order.putArray("transformaciones");
                    for (String name : fields.get("transformaciones").split(",")) {
                        order.withArray("transformaciones").add(name);
                    }
                }
                return json(user, "/api/videos/import", order);
            }
        };

        abstract HttpRequest.Builder request(Api user, Map<String, String> fields, String source) throws Exception;

        /** Whether the file's name is a field, and not that of the address. */
        boolean hasName() {
            return this != BODY && this != IMPORT;
        }

        /** Whether all of the file is there when the sum is known: then the file of another sum is refused for that. */
        boolean comparesSum() {
            return this == FORM || this == BODY;
        }

        private static Map<String, String> without(Map<String, String> fields, String name) {
            Map<String, String> others = new LinkedHashMap<>(fields);
            others.remove(name);
            return others;
        }

        private static String query(Map<String, String> fields) {
            return fields.entrySet().stream()
                    .map(field -> encoded(field.getKey()) + "=" + encoded(field.getValue()))
                    .collect(Collectors.joining("&"));
        }

        private static String encoded(String text) {
            return URLEncoder.encode(text, StandardCharsets.UTF_8);
        }

        private static ObjectNode object(Map<String, String> fields) {
            ObjectNode object = Api.JSON.createObjectNode();
            fields.forEach((name, value) -> {
                if (name.equals("metadata")) {
                    object.set(name, parsed(value));
                } else {
                    object.put(name, value);
                }
            });
            return object;
        }

        private static JsonNode parsed(String json) {
            try {
                return Api.JSON.readTree(json);
            } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
                throw new IllegalStateException(e);
            }
        }

        private static HttpRequest.Builder json(Api user, String path, ObjectNode body) {
            return user.request(path)
                    .header("Content-Type", "application/json")
                    .POST(BodyPublishers.ofString(body.toString()));
        }
    }

    private HttpResponse<String> send(Way way, Map<String, String> fields) throws Exception {
        return user.send(way.request(user, fields, source).header("Idempotency-Key", "once"));
    }

    private static Map<String, String> fields(Way way) {
        Map<String, String> fields = new LinkedHashMap<>();
        VALUES.forEach((name, values) -> fields.put(name, values.get(0)));
        if (way == Way.PARTS) {
            // There, metadata has the fields themselves, as Uppy sends them.
            fields.put("metadata", "{\"metadata\": {\"a\":1}}");
        }
        fields.put(FILE_NAME, "a.mp4");
        return fields;
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void eachFieldCounts(Way way) throws Exception {
        Receiver server = new Receiver((call, receiver) -> {
            call.sendResponseHeaders(200, FILE.length);
            call.getResponseBody().write(FILE);
        });
        try (server) {
            source = server.url() + "/a.mp4";
            HttpResponse<String> first = send(way, fields(way));
            assertThat(first.statusCode()).as(first.body()).isLessThan(300);
            HttpResponse<String> again = send(way, fields(way));
            assertThat(again.statusCode()).as(again.body()).isEqualTo(first.statusCode());
            assertThat(Api.json(again).path("video_id").asText())
                    .isEqualTo(Api.json(first).path("video_id").asText());

            for (Map.Entry<String, List<String>> field : VALUES.entrySet()) {
                String name = field.getKey();
                String another = field.getValue().get(1);
                if (way == Way.PARTS && name.equals("metadata")) {
                    another = "{\"metadata\": " + another + "}";
                }
                if (!name.equals("original_sha256") || !way.comparesSum()) {
                    assertRefused(way, name, another, name);
                }
                // And without it.
                if (!name.equals("title")) {
                    assertRefused(way, name, null, name);
                }
            }
            if (way.hasName()) {
                assertRefused(way, FILE_NAME, "b.mp4", "file name");
            }
        }
    }

    private void assertRefused(Way way, String field, String value, String named) throws Exception {
        Map<String, String> fields = fields(way);
        fields.remove(field);
        if (value != null) {
            fields.put(field, value);
        } else if (way == Way.PUT && field.equals("metadata")) {
            return;
        }
        HttpResponse<String> answer = send(way, fields);
        assertProblem(answer, 409, "idempotency_mismatch");
        assertThat(Api.json(answer).path("detail").asText()).as(field).contains(named);
    }

    /** Those of an import that runs; they are forgotten at its end. */
    @Test
    void headersOfAnImportCount() throws Exception {
        // Nobody listens there, so that it waits for its next attempt.
        source = "http://127.0.0.1:1/a.mp4";
        assertThat(user.send(withHeader("a")).statusCode()).isEqualTo(202);
        assertThat(user.send(withHeader("a")).statusCode()).isEqualTo(202);
        HttpResponse<String> other = user.send(withHeader("b"));
        assertProblem(other, 409, "idempotency_mismatch");
        assertThat(Api.json(other).path("detail").asText()).contains("headers");
    }

    private HttpRequest.Builder withHeader(String value) {
        ObjectNode order = Api.JSON.createObjectNode().put("url", source);
        order.putObject("headers").put("Cookie", value);
        return Way.json(user, "/api/videos/import", order).header("Idempotency-Key", "headers");
    }

    /** A new field of the contract needs a place in this test, and in the comparison. */
    @Test
    void allFieldsOfTheContractAreHere() throws Exception {
        JsonNode form = new YAMLMapper().readTree(Api.CONTRACT).at("/components/schemas/UploadForm/properties");
        TreeSet<String> fields = new TreeSet<>();
        form.fieldNames().forEachRemaining(fields::add);
        fields.removeAll(List.of("video_file", "preset"));
        assertThat(fields).isEqualTo(new TreeSet<>(VALUES.keySet()));
    }
}
