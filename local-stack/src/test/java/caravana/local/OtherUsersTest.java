package caravana.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What other users of this machine can do beside a local stack. */
@Timeout(1200)
class OtherUsersTest {

    private static final List<String> SERVERS = List.of("postgres", "redis", "sqs", "s3");
    private static final List<String> NOBODY =
            List.of("setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", "sh", "-c");

    @TempDir
    static Path sharedData;

    /** For the tests that look at it. */
    private static LocalStack shared;

    @TempDir
    Path data;

    @BeforeAll
    static void start() {
        shared = LocalStack.start(sharedData);
    }

    @AfterAll
    static void stop() {
        shared.close();
    }

    @Test
    void theServersLetNobodyInWithoutTheirSecrets() throws Exception {
        String address = shared.jdbcUrl().substring(0, shared.jdbcUrl().indexOf('?'));
        assertThat(refusal(address, "postgres", "postgres")).isEqualTo("28000");
        assertThat(refusal(address, "caravana", "caravana")).isEqualTo("28P01");
        try (Connection database = DriverManager.getConnection(shared.jdbcUrl());
                Statement statement = database.createStatement();
                ResultSet role = statement.executeQuery(
                        "SELECT rolsuper OR rolcreaterole OR rolcreatedb OR rolbypassrls FROM pg_roles"
                                + " WHERE rolname = current_user")) {
            assertThat(role.next()).isTrue();
            assertThat(role.getBoolean(1)).isFalse();
            assertThatThrownBy(() -> statement.execute("COPY (SELECT 1) TO PROGRAM 'id'"))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("permission denied");
        }
        assertThat(redis(shared, "KEYS *")).startsWith("-NOAUTH");
        assertThat(status(shared.environment().get("AWS_ENDPOINT_URL_S3") + "/"
                        + shared.environment().get("S3_BUCKET")))
                .isEqualTo(403);
        URI sqs = URI.create(shared.environment().get("AWS_ENDPOINT_URL_SQS"));
        String queues = "?Action=ListQueues&Version=2012-11-05";
        assertThat(status(sqs + "/" + queues)).isEqualTo(200);
        assertThat(status(sqs.resolve("/") + queues)).isEqualTo(404);
        assertThat(status(sqs.resolve("/000000000000/video-jobs") + "?Action=ReceiveMessage"))
                .isEqualTo(400);
    }

    @Test
    void aStackThatRootStartedIsClosedToNobody() throws Exception {
        assumeRoot();
        assertThat(SERVERS)
                .allSatisfy(
                        name -> assertThat(shared.server(name).info().user()).contains(LocalUser.NAME));
        try (Stream<Path> content = Files.list(sharedData)) {
            assertThat(content.toList()).hasSizeGreaterThan(10).allSatisfy(path -> {
                assertThat(path).exists();
                assertRefused("ls " + path);
                assertRefused("cat " + path);
            });
        }
        assertRefused("ls " + sharedData);
        for (ProcessHandle server : SERVERS.stream().map(shared::server).toList()) {
            assertRefused("cat /proc/" + server.pid() + "/environ");
            assertThat(Files.readString(Path.of("/proc", String.valueOf(server.pid()), "cmdline")))
                    .doesNotContain(secrets(shared.environment()));
        }
    }

    /** The other tests then look at what became of it. */
    @Test
    void dataOfAVersionThatLetEverybodyInIsClosedAndKept() throws Exception {
        try (Connection database = DriverManager.getConnection(shared.jdbcUrl());
                Statement statement = database.createStatement()) {
            statement.execute("CREATE TABLE kept (word text)");
            statement.execute("INSERT INTO kept VALUES ('still here')");
            statement.execute("ALTER ROLE caravana PASSWORD 'caravana'");
        }
        shared.close();
        // As such a version left it.
        Files.writeString(sharedData.resolve("postgres/pg_hba.conf"), "host all all 127.0.0.1/32 trust\n");
        Files.delete(sharedData.resolve("server-passwords"));
        Files.delete(sharedData.resolve("postgres-logins"));
        String us = System.getProperty("user.name");
        Command.run("give it to us", List.of("chown", "-R", us, sharedData.toString()));
        Command.run("open what is in it", List.of("sh", "-c", "chmod -R go+rX " + sharedData + "/*"));
        Command.run(
                "close postgres",
                List.of("chmod", "-R", "go=", sharedData.resolve("postgres").toString()));

        shared = LocalStack.start(sharedData);

        String address = shared.jdbcUrl().substring(0, shared.jdbcUrl().indexOf('?'));
        assertThat(refusal(address, "postgres", "postgres")).isEqualTo("28000");
        assertThat(refusal(address, "caravana", "caravana")).isEqualTo("28P01");
        try (Connection database = DriverManager.getConnection(shared.jdbcUrl());
                Statement statement = database.createStatement();
                ResultSet row = statement.executeQuery("SELECT word FROM kept")) {
            assertThat(row.next()).isTrue();
            assertThat(row.getString(1)).isEqualTo("still here");
        }
        for (String folder : List.of("postgres", "redis", "sqs", "s3", "s3/caravana-videos", "logs", "pids")) {
            assertThat(Files.getPosixFilePermissions(sharedData.resolve(folder)).toString())
                    .as(folder)
                    .doesNotContain("OTHERS");
        }
    }

    @Test
    void aFolderWhereTheUserCannotGoIsReplacedByALink() throws Exception {
        assumeRoot();
        Path home = closedHome();
        Path folder = home.resolve("data");
        Files.createDirectories(folder.resolve("s3"));
        Files.writeString(folder.resolve("s3/kept"), "kept");
        Path place = LocalUser.FOLDER.resolve("data").resolve(LocalUser.nameOf(folder));
        try {
            try (DataFolder opened = DataFolder.open(folder)) {
                RunFolder.ofUser(opened.resolve("s3"));
                assertThat(opened.path()).isEqualTo(place);
            }
            assertThat(folder).isSymbolicLink();
            assertThat(folder.resolve("s3/kept")).hasContent("kept");
            assertThat(LocalUser.current().canRead(place.resolve("s3/kept"))).isTrue();
            assertThat(Files.getPosixFilePermissions(home)).hasSize(3);
            Object link = Files.getLastModifiedTime(folder, LinkOption.NOFOLLOW_LINKS);
            try (DataFolder again = DataFolder.open(folder)) {
                assertThat(again.path()).isEqualTo(place);
            }
            assertThat(Files.getLastModifiedTime(folder, LinkOption.NOFOLLOW_LINKS))
                    .as("made once")
                    .isEqualTo(link);
        } finally {
            Command.run("clean up", List.of("rm", "-rf", home.toString(), place.toString()));
        }
    }

    @Test
    void programsThatTheUserCannotReadAreCopied() throws Exception {
        assumeRoot();
        Path home = closedHome();
        Path build = Files.createDirectories(home.resolve("target"));
        Files.writeString(build.resolve("program.jar"), "one");
        Path place = Programs.place(build);
        try {
            assertThat(place.startsWith(LocalUser.FOLDER)).isTrue();
            assertThat(copied(build, place)).hasContent("one");
            Files.writeString(build.resolve("program.jar"), "another");
            assertThat(copied(build, place)).hasContent("another");
            assertThat(LocalUser.current().canRead(copied(build, place))).isTrue();
        } finally {
            Command.run("clean up", List.of("rm", "-rf", home.toString(), place.toString()));
        }
    }

    @Test
    void routesThatTheUserCannotReadAreCopiedAndTheCopyFollowsEdits() throws Exception {
        assumeRoot();
        Path home = closedHome();
        Path routes = Files.createDirectories(home.resolve("camel/job"));
        Files.writeString(routes.resolve("one.camel.yaml"), "one");
        Files.writeString(routes.resolve("two.camel.yaml"), "two");
        try (DataFolder opened = DataFolder.open(data)) {
            String location = RouteCopy.readable("file:" + routes.getParent(), opened, true);
            Path copy = Path.of(location.substring("file:".length())).resolve("job");
            assertThat(copy.resolve("one.camel.yaml")).hasContent("one");
            assertThat(LocalUser.current().canRead(copy.resolve("one.camel.yaml")))
                    .isTrue();

            Files.writeString(routes.resolve("one.camel.yaml"), "another");
            Files.delete(routes.resolve("two.camel.yaml"));
            while (!Files.readString(copy.resolve("one.camel.yaml")).equals("another")
                    || Files.exists(copy.resolve("two.camel.yaml"))) {
                Thread.onSpinWait();
            }
        } finally {
            Command.run("clean up", List.of("rm", "-rf", home.toString()));
        }
    }

    /** Not below the folder for our temporary files, which servers and apps are let into. */
    private static Path closedHome() throws IOException {
        return Files.createTempDirectory(Path.of("/var/tmp"), "closed-home-");
    }

    private static Path copied(Path build, Path place) {
        Path jar = build.resolve("program.jar");
        return Programs.make(
                        place.resolve("copy"),
                        Programs.version(jar),
                        into -> Command.run("copy", List.of("cp", jar.toString(), into.toString())))
                .resolve("program.jar");
    }

    private static void assumeRoot() {
        assumeThat(LocalUser.current().isSeparate())
                .as("only root can become others")
                .isTrue();
    }

    private static void assertRefused(String command) {
        List<String> line = new ArrayList<>(NOBODY);
        line.add(command);
        assertThatThrownBy(() -> Command.run("see it as nobody", line))
                .as(command)
                .hasMessageContaining("Permission denied");
    }

    private static String[] secrets(Map<String, String> environment) {
        return Stream.of("DATABASE_URL", "REDIS_URL", "AWS_ENDPOINT_URL_SQS", "AWS_SECRET_ACCESS_KEY")
                .map(environment::get)
                .map(value -> value.replaceAll(".*:([^:@]+)@.*", "$1").replaceAll("http://[^/]*/", ""))
                .toArray(String[]::new);
    }

    /** The SQL state of a log-in that must fail. */
    private static String refusal(String address, String user, String password) {
        try {
            DriverManager.getConnection(address, user, password).close();
            return "none";
        } catch (SQLException e) {
            return e.getSQLState();
        }
    }

    private static String redis(LocalStack stack, String command) throws IOException {
        try (Socket socket = new Socket(
                "127.0.0.1", URI.create(stack.environment().get("REDIS_URL")).getPort())) {
            socket.getOutputStream().write((command + "\r\nQUIT\r\n").getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        }
    }

    private static int status(String address) throws IOException, InterruptedException {
        return HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(URI.create(address)).build(), HttpResponse.BodyHandlers.discarding())
                .statusCode();
    }
}
