package caravana.system.routes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import caravana.local.ApiClient;
import caravana.local.AppProcess;
import caravana.local.LocalStack;
import caravana.local.LocalStackException;
import caravana.system.Clients;
import caravana.system.SharedStack;
import caravana.test.Sample;
import caravana.test.SampledClass;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;

/** Routes shipped as versions, as docs/editing-routes.md describes it: shipped, run, refused, and rolled back. */
@SampledClass(turn = 3)
class ShippingTest {

    private static final String RECEIVE = "upload/receive-upload.camel.yaml";

    private static final String PRESET = """
            nombre: antiguo
            description: {es: Como una foto antigua., en: Like an old photo.}
            transformaciones:
              - {nombre: sepia, intensidad: 0.5}
              - transcodificacion
            """;

    @TempDir
    Path folder;

    private LocalStack stack;

    private record Shipped(int status, String output) {}

    /** What somebody does in the bucket. */
    private interface Change {
        void make() throws Exception;
    }

    /** A version that web does not start with. */
    private record Refusal(String version, Change change, String... says) {

        @Override
        public String toString() {
            return says[0];
        }
    }

    @Test
    void aVersionIsShippedCheckedRunAndRolledBack() throws Exception {
        RouteCopy routes = RouteCopy.into(folder.resolve("camel"));
        stack = SharedStack.cleared();
        try (S3Client s3 = Clients.s3(stack)) {
            String bucket = stack.environment().get("S3_BUCKET");

            Shipped first = ship("2026-11-24.1", routes);
            assertThat(first.status()).as(first.output()).isZero();

            routes.edit("upload/answer-accepted.camel.yaml", "Procesamiento en curso", "Second version");
            assertThat(ship("2026-11-24.1", routes).output()).contains("versions never change");
            assertThat(ship("2026-11-24.2", routes).status()).isZero();
            assertThat(ship("2026-11-24.2", routes).status())
                    .as("the same again")
                    .isZero();

            // Somebody else ships other routes under the same name, and is not yet done.
            String others = "routes/2026-11-24.4/" + RECEIVE;
            s3.putObject(p -> p.bucket(bucket).key(others), RequestBody.fromString("# theirs"));
            Shipped second = ship("2026-11-24.4", routes);
            assertThat(second.status()).isEqualTo(1);
            assertThat(second.output()).contains("has another " + RECEIVE + " already, and versions never change");
            assertThat(s3.getObjectAsBytes(g -> g.bucket(bucket).key(others)).asUtf8String())
                    .isEqualTo("# theirs");

            Shipped later = ship("2026-11-24.5", routes, "--fits", "9.8,9.9");
            assertThat(later.output()).contains("as version 2026-11-24.5, for apps 9.8, 9.9.");

            routes.write("catalogue/sepia.yaml", Guide.sepia());
            routes.write("catalogue/presets/antiguo.yaml", PRESET);
            assertThat(ship("2026-11-24.6", routes).status()).isZero();
            assertEditsUnder("2026-11-24.6");
            routes.edit("catalogue/presets/antiguo.yaml", "nombre: sepia", "nombre: sepa");
            Shipped unknown = ship("2026-11-24.7", routes);
            assertThat(unknown.status()).isEqualTo(1);
            assertThat(unknown.output()).contains("antiguo.yaml:4:", "[catalogue-preset]", "Nothing was shipped");
            routes.edit("catalogue/presets/antiguo.yaml", "nombre: sepa", "nombre: sepia");

            routes.edit(RECEIVE, "routeConfigurationId: upload-failures", "routeConfigurationId: upload-failure");
            Shipped wrong = ship("2026-11-24.3", routes);
            assertThat(wrong.status()).isEqualTo(1);
            assertThat(wrong.output()).contains("[error-handling-unknown]", "Nothing was shipped");

            for (Refusal refusal : Sample.of("versions of routes that web refuses", 1, refusals(s3, bucket, routes))) {
                refusal.change().make();
                assertThat(refusalOf(refusal.version())).contains(refusal.says());
            }

            assertThat(answerUnder("2026-11-24.1")).as("rolled back").contains("Procesamiento en curso");
        }
    }

    private static List<Refusal> refusals(S3Client s3, String bucket, RouteCopy routes) {
        String folder = "routes/2026-11-24.2/";
        Path changed = routes.folder().resolve(RECEIVE);
        Change byHand = () -> s3.putObject(p -> p.bucket(bucket).key(folder + RECEIVE), changed);
        Change withItsManifest = () -> {
            byHand.make();
            String manifest = s3.getObjectAsBytes(g -> g.bucket(bucket).key(folder + "manifest.sha256"))
                    .asUtf8String();
            String digests = manifest.replaceAll("[0-9a-f]{64}(?=  " + RECEIVE + ")", sha256(changed));
            s3.putObject(p -> p.bucket(bucket).key(folder + "manifest.sha256"), RequestBody.fromString(digests));
        };
        return List.of(
                new Refusal(
                        "2026-11-24.5",
                        () -> {},
                        "Version 2026-11-24.5 of the routes fits the apps of version 9.8, 9.9, and this is "),
                new Refusal("2026-11-24.3", () -> {}, "There is no version 2026-11-24.3 of the routes"),
                new Refusal("2026-11-24.2", byHand, RECEIVE + " differs from the shipped file"),
                new Refusal("2026-11-24.2", withItsManifest, RECEIVE + ":", "[error-handling-unknown]"));
    }

    private Shipped ship(String version, RouteCopy routes, String... options) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("../ops/bin/ship-routes"));
        command.addAll(List.of(options));
        command.addAll(List.of(version, routes.folder().toString()));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().putAll(stack.environment());
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int status = process.waitFor();
        System.out.println("$ ops/bin/ship-routes " + version + "\n" + output.strip());
        return new Shipped(status, output);
    }

    /** How web answers an upload with the routes of a version. */
    private String answerUnder(String version) throws IOException, InterruptedException {
        try (AppProcess web = start(version)) {
            web.awaitReady();
            String answer = ApiClient.signUp(web.uri())
                    .upload(web.uri(), "shipped", BodyPublishers.ofString("no\0video"))
                    .body();
            System.out.println("web with version " + version + " answers " + answer);
            return answer;
        }
    }

    /** Web answers as it was edited, lists the preset, and takes a video that asks for it. */
    private void assertEditsUnder(String version) throws IOException, InterruptedException {
        try (AppProcess web = start(version)) {
            web.awaitReady();
            ApiClient client = ApiClient.signUp(web.uri());
            assertThat(client.get(web.uri().resolve("/api/presets")).body())
                    .contains("\"antiguo\"", "{\"nombre\":\"sepia\",\"intensidad\":0.5}");
            HttpResponse<String> accepted =
                    client.send(client.request(web.uri().resolve("/api/videos?title=a&preset=antiguo"))
                            .header("Content-Type", "video/mp4")
                            .POST(BodyPublishers.ofString("no\0video"))
                            .build());
            assertThat(accepted.statusCode()).as(accepted.body()).isEqualTo(201);
            assertThat(accepted.body()).contains("Second version");
        }
    }

    /** What web says when it does not start with a version. */
    private String refusalOf(String version) {
        try (AppProcess web = start(version)) {
            assertThatThrownBy(() -> web.awaitReady()).isInstanceOf(LocalStackException.class);
            assertThat(web.handle().isAlive()).isFalse();
            String tail = web.tail();
            System.out.println("web with version " + version + " refuses to start:\n" + tail);
            return tail;
        }
    }

    private AppProcess start(String version) {
        Map<String, String> settings = new HashMap<>(stack.environment());
        settings.put("CARAVANA_ROUTES_VERSION", version);
        return AppProcess.start(AppProcess.WEB, settings, folder.resolve("web-" + System.nanoTime() + ".log"));
    }

    private static String sha256(Path file) throws IOException, NoSuchAlgorithmException {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
    }
}
