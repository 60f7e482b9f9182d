package caravana.system.infra;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyFactory;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The scripts of an instance's life, against a metadata service of our own, and with stubs for {@code aws} and
 * {@code systemctl} that note how they were called.
 */
class InstanceScriptsTest {

    private static final String INSTANCE = "i-0123";
    private static final String TOKEN = "a-token";
    private static final String HOOK =
            " --auto-scaling-group-name test-worker --lifecycle-hook-name launch --instance-id " + INSTANCE;
    private static final String HEARTBEAT = "autoscaling record-lifecycle-action-heartbeat" + HOOK;
    private static final String COMPLETION =
            "autoscaling complete-lifecycle-action" + HOOK + " --lifecycle-action-result CONTINUE";

    @TempDir
    private Path folder;

    private final AtomicInteger asked = new AtomicInteger();
    private final Map<String, String> environment = new HashMap<>();
    private HttpServer server;

    @BeforeEach
    void start() throws IOException {
        Checks.need("infra-scripts", "jq", "curl");
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/latest/", exchange -> {
            String path = exchange.getRequestURI().getPath();
            boolean put = exchange.getRequestMethod().equals("PUT");
            boolean known = TOKEN.equals(exchange.getRequestHeaders().getFirst("X-aws-ec2-metadata-token"));
            String answer = null;
            if (put && path.endsWith("/api/token")) {
                answer = TOKEN;
            } else if (known && path.endsWith("/instance-id")) {
                answer = INSTANCE;
            } else if (known && path.endsWith("/autoscaling/target-lifecycle-state")) {
                // First nothing, as long as the group has said nothing.
                answer = List.of("", "InService", "Terminated").get(Math.min(asked.getAndIncrement(), 2));
                answer = answer.isEmpty() ? null : answer;
            }
            byte[] body = (answer == null ? "" : answer).getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(answer == null ? 404 : 200, body.length == 0 ? -1 : body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
        environment.put("AWS_EC2_METADATA_SERVICE_ENDPOINT", address());
        environment.put("AWS_REGION", "test-region");
        environment.put("CARAVANA_GROUP", "test-worker");
        environment.put("CARAVANA_TIER", "web");
        environment.put("CARAVANA_PARAMETERS", "/test/web");
        environment.put("CARAVANA_SECRET", "test/web");
        environment.put("CARAVANA_PROXIES", "10.0.0.0/16");
        environment.put("RUNTIME_DIRECTORY", folder.toString());
        environment.put("STATE_DIRECTORY", folder.toString());
        environment.put("PATH", folder + ":" + System.getenv("PATH"));
    }

    @AfterEach
    void stop() {
        if (server != null) {
            server.stop(0);
        }
    }

    @Test
    void aLaunchIsCompleteWhenHealthIs200() throws IOException {
        AtomicInteger health = new AtomicInteger();
        server.createContext("/api/health", exchange -> {
            exchange.sendResponseHeaders(health.incrementAndGet() < 3 ? 503 : 200, -1);
            exchange.close();
        });
        stub("aws", "echo \"$@\" >>" + folder + "/calls");
        Files.createFile(folder.resolve("app.env"));

        Checks.Ran ran = script("complete-launch", folder + "/app.env", address() + "/api/health");

        assertThat(ran.status()).as(ran.output()).isZero();
        assertThat(health).hasValue(3);
        assertThat(calls()).containsExactly(HEARTBEAT, COMPLETION);
        assertThat(folder.resolve("launched")).exists();
    }

    /** Operators may store the secrets hours after the first instances have started; no limit runs until then. */
    @Test
    void theHookIsRenewedWhileSettingsAreMissing() throws IOException {
        server.createContext("/api/health", exchange -> {
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        environment.put("CARAVANA_HEARTBEAT", "1");
        environment.put("CARAVANA_LAUNCH_LIMIT", "0");
        // The settings come with the third heartbeat.
        stub(
                "aws",
                "echo \"$@\" >>" + folder + "/calls\n[ $(grep -c heartbeat " + folder + "/calls) -lt 3 ] || touch "
                        + folder + "/app.env");

        Checks.Ran ran = script("complete-launch", folder + "/app.env", address() + "/api/health");

        assertThat(ran.status()).as(ran.output()).isZero();
        assertThat(calls()).containsExactly(HEARTBEAT, HEARTBEAT, HEARTBEAT, COMPLETION);
    }

    /** A health URL that hangs takes 5 s at each turn; heartbeats go by the clock, and so does the limit. */
    @Test
    void aHealthUrlThatHangsDelaysNoHeartbeatAndNotTheEnd() throws IOException {
        stub(
                "curl",
                "case \"$*\" in *latest*) exec " + Checks.find("curl") + " \"$@\" ;; esac\necho turn >>" + folder
                        + "/turns\nsleep 2\nexit 28");
        environment.put("CARAVANA_HEARTBEAT", "2");
        environment.put("CARAVANA_LAUNCH_LIMIT", "6");
        stub("aws", "echo \"$@\" >>" + folder + "/calls");
        Files.createFile(folder.resolve("app.env"));

        Checks.Ran ran = script("complete-launch", folder + "/app.env", address() + "/api/health");

        assertThat(ran.status()).isEqualTo(1);
        assertThat(ran.output()).contains("has not answered 200 for 6 s", INSTANCE);
        // Counted as a second each, six turns would have been made.
        assertThat(Files.readAllLines(folder.resolve("turns"))).hasSizeBetween(1, 3);
        assertThat(calls()).contains(HEARTBEAT).containsOnly(HEARTBEAT);
        assertThat(folder.resolve("launched")).doesNotExist();
    }

    /** The hooks are made after their group, whose first instance can be older than they are. */
    @Test
    void anInstanceThatIsOlderThanItsHookIsLaunched() throws IOException {
        server.createContext("/api/health", exchange -> {
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        stub(
                "aws",
                "case \"$2\" in complete*) echo 'An error occurred (ValidationError) when calling the"
                        + " CompleteLifecycleAction operation: No active Lifecycle Action found with instance ID i-0123'"
                        + " >&2; exit 254 ;; esac");
        Files.createFile(folder.resolve("app.env"));

        Checks.Ran ran = script("complete-launch", folder + "/app.env", address() + "/api/health");

        assertThat(ran.status()).as(ran.output()).isZero();
        assertThat(folder.resolve("launched")).exists();
    }

    /** As Terraform writes it for RDS: no user, no password, a certificate to verify; on an instance it is in a file. */
    @ParameterizedTest
    @ValueSource(strings = {"from the environment", "from the instance's file"})
    void theDatabaseScriptsReadWhatAnInstanceHas(String from) throws IOException {
        String url =
                "postgresql://db.example.test:5433/caravana?sslmode=verify-full&sslrootcert=/etc/caravana/rds%2Dca.pem";
        Path settings = Files.writeString(
                folder.resolve("settings"),
                "OTHER=\"$(touch " + folder + "/run)\"\nAWS_REGION=\"test-region\"\nDATABASE_SECRET_ID=\"arn:secret\"\n"
                        + "DATABASE_URL=\"" + url + "\"\n");
        if (from.contains("environment")) {
            environment.put("DATABASE_URL", url);
            environment.put("DATABASE_SECRET_ID", "arn:secret");
        } else {
            environment.put("CARAVANA_SETTINGS_FILE", settings.toString());
        }
        stub(
                "aws",
                "[ \"$*\" = 'secretsmanager get-secret-value --region test-region --secret-id arn:secret --query SecretString"
                        + " --output text' ] && echo '{\"username\": \"caravana\", \"password\": \"p%40 s\"}'");
        stub("psql", "echo \"$PGUSER|$PGPASSWORD|$PGHOST|$PGPORT|$PGDATABASE|$PGSSLMODE|$PGSSLROOTCERT\"");

        Checks.Ran ran = script("show-database-sessions");

        assertThat(ran.status()).as(ran.output()).isZero();
        assertThat(ran.output().strip())
                .isEqualTo("caravana|p%40 s|db.example.test|5433|caravana|verify-full|/etc/caravana/rds-ca.pem");
        assertThat(folder.resolve("run")).doesNotExist();
    }

    @Test
    void aDatabaseUrlWithoutUserAndSecretIsRefused() throws IOException {
        environment.put("DATABASE_URL", "postgresql://db.example.test/caravana");
        stub("psql", "exit 0");

        Checks.Ran ran = script("show-database-sessions");

        assertThat(ran.status()).isEqualTo(1);
        assertThat(ran.output()).contains("has no user", "DATABASE_SECRET_ID");
    }

    @Test
    void aWorkerThatIsToEndIsDrainedBeforeTheGroupGoesOn() throws IOException {
        stub("aws", "echo aws \"$@\" >>" + folder + "/calls");
        // It is active, then deactivating, then gone.
        stub(
                "systemctl",
                "echo systemctl \"$@\" >>" + folder + "/calls\n"
                        + "[ \"$1\" = show ] || exit 0\n"
                        + "echo x >>" + folder + "/shown\n"
                        + "case $(wc -l <" + folder
                        + "/shown) in 1) echo active ;; 2) echo deactivating ;; *) echo inactive ;; esac");

        Checks.Ran ran = script("watch-termination");

        assertThat(ran.status()).as(ran.output()).isZero();
        List<String> calls = calls();
        assertThat(calls.get(0)).isEqualTo("systemctl stop --no-block caravana-worker.service");
        assertThat(calls).anyMatch(c -> c.contains("record-lifecycle-action-heartbeat") && c.contains("termination"));
        assertThat(calls.get(calls.size() - 1))
                .isEqualTo("aws autoscaling complete-lifecycle-action --auto-scaling-group-name test-worker"
                        + " --lifecycle-hook-name termination --instance-id " + INSTANCE
                        + " --lifecycle-action-result CONTINUE");
        assertThat(Files.readAllLines(folder.resolve("shown"))).hasSize(3);
    }

    /** The second and the fourth end have other reasons; ends of the hour before do not count any more. */
    @Test
    void theThirdEndForWantOfToolsWithinTenMinutesReportsTheInstance() throws IOException {
        stub("aws", "echo aws \"$@\" >>" + folder + "/calls");
        Files.writeString(folder.resolve("tool-failures"), "1000000000\n1000000001\n");

        List<Boolean> forWantOfTools = List.of(true, false, true, false);
        for (boolean tools : forWantOfTools) {
            if (tools) {
                Files.createFile(folder.resolve("tool-failure"));
            }
            Checks.Ran ran = script("report-tool-failure");
            assertThat(ran.status()).as(ran.output()).isZero();
            assertThat(folder.resolve("tool-failure")).doesNotExist();
        }
        assertThat(folder.resolve("calls")).doesNotExist();

        for (int further = 0; further < 2; further++) {
            Files.createFile(folder.resolve("tool-failure"));
            Checks.Ran ran = script("report-tool-failure");
            assertThat(ran.status()).as(ran.output()).isZero();
        }

        assertThat(calls())
                .hasSize(2)
                .containsOnly(
                        "aws autoscaling set-instance-health --instance-id " + INSTANCE + " --health-status Unhealthy");
        assertThat(Files.readAllLines(folder.resolve("tool-failures"))).hasSize(4);
    }

    @Test
    void theEnvironmentFileHasEveryValueAsItIs() throws IOException {
        String awkward = "it's a \"$HOME\" `date` \\ value";
        stub(
                "aws",
                "case \"$1\" in\n"
                        + "ssm) cat " + folder + "/parameters ;;\n"
                        + "secretsmanager) cat " + folder + "/secret ;;\n"
                        + "esac");
        Files.writeString(
                folder.resolve("parameters"),
                "{\"Parameters\":[{\"Name\":\"/test/web/CARAVANA_UPLOAD_MAX_SIZE\",\"Value\":\"100MB\"},"
                        + "{\"Name\":\"/test/web/AWKWARD\",\"Value\":\""
                        + awkward.replace("\\", "\\\\").replace("\"", "\\\"") + "\"}]}");
        Files.writeString(folder.resolve("secret"), "{\"JWT_PRIVATE_KEY\":\"key+/=\"}");

        Checks.Ran ran = script("fetch-configuration");

        assertThat(ran.status()).as(ran.output()).isZero();
        Path file = folder.resolve("app.env");
        assertThat(Files.getPosixFilePermissions(file)).isEqualTo(PosixFilePermissions.fromString("rw-------"));
        Checks.Ran read = Checks.run(
                folder,
                Map.of(),
                "bash",
                "-c",
                "set -a; . ./app.env; printf '%s|%s' \"$AWKWARD\" \"$JWT_PRIVATE_KEY\"");
        assertThat(read.output()).isEqualTo(awkward + "|key+/=");
        // 100 MiB and one for what a form has around its file.
        assertThat(folder.resolve("nginx.conf"))
                .hasContent("client_max_body_size 105906176;\nmap $host $upload_max_size { default \"100 MiB\"; }\n"
                        + "set_real_ip_from 10.0.0.0/16;\n");
    }

    /** As web reads it and as web's sentence has it: core's AmountsTest has the same rows. */
    @ParameterizedTest
    @CsvSource({
        "1KB, 1024, 1 KiB",
        "1025, 1025, 1025 bytes",
        "1536B, 1536, 1536 bytes",
        "0100MB, 104857600, 100 MiB",
        "104857600, 104857600, 100 MiB",
        "1536KB, 1572864, 1536 KiB",
        "1024MB, 1073741824, 1 GiB",
        "10GB, 10737418240, 10 GiB"
    })
    void nginxReadsTheSizeAsWebDoes(String setting, long bytes, String readable) {
        assertThat(script("nginx-settings", setting, "10.0.0.0/16").output())
                .isEqualTo(
                        "client_max_body_size " + (bytes + 1024 * 1024) + ";\nmap $host $upload_max_size { default \""
                                + readable + "\"; }\nset_real_ip_from 10.0.0.0/16;\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "MB", "1.5GB", "-1MB", "100MiB", "100 MB", "many"})
    void nginxRefusesWhatIsNoSize(String setting) {
        Checks.Ran ran = script("nginx-settings", setting, "10.0.0.0/16");

        assertThat(ran.status()).isEqualTo(2);
        assertThat(ran.output()).contains("'" + setting + "' is not a size", "such as 100MB");
    }

    /** Web reads PKCS #8 only; {@code openssl genpkey} writes another form as DER before OpenSSL 3.1. */
    @ParameterizedTest
    @CsvSource({"put-web-secret, operator@example.test", "rotate-web-secret, signing-key"})
    void theKeyInASecretIsOneThatWebReads(String name, String argument) throws Exception {
        Checks.need("web-secret", "openssl");
        stub(
                "aws",
                "case \"$2\" in\n"
                        // Put makes the first value; what is rotated has one.
                        + "get-secret-value) [ " + name
                        + " = rotate-web-secret ] && echo '{\"KEPT\": \"as it was\"}' ;;\n"
                        + "put-secret-value) cat >" + folder + "/secret ;;\n"
                        + "esac");

        Checks.Ran ran = script(name, "arn:secret", argument);

        assertThat(ran.status()).as(ran.output()).isZero();
        JsonNode secret = new ObjectMapper().readTree(folder.resolve("secret").toFile());
        byte[] key = Base64.getDecoder().decode(secret.path("JWT_PRIVATE_KEY").asText());
        RSAPrivateCrtKey read =
                (RSAPrivateCrtKey) KeyFactory.getInstance("RSA").generatePrivate(new PKCS8EncodedKeySpec(key));
        assertThat(read.getModulus().bitLength()).isEqualTo(3072);
        assertThat(secret.has("KEPT")).isEqualTo(name.equals("rotate-web-secret"));
    }

    private String address() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    private List<String> calls() throws IOException {
        return Files.readAllLines(folder.resolve("calls"));
    }

    private void stub(String program, String body) throws IOException {
        Path file = Files.writeString(folder.resolve(program), "#!/bin/sh\n" + body + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private Checks.Ran script(String name, String... arguments) {
        String[] command = new String[arguments.length + 1];
        command[0] = Checks.ROOT.resolve("ops/bin/" + name).toString();
        System.arraycopy(arguments, 0, command, 1, arguments.length);
        return Checks.run(folder, environment, command);
    }
}
