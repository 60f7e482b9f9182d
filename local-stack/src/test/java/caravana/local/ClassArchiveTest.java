package caravana.local;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClassArchiveTest {

    private static final List<String> OPTIONS = List.of("-XX:+UseSerialGC", "-Xmx64m");
    private static final String PREFIX = "classes-";

    @TempDir
    Path folder;

    /** A program that prints that it serves, answers as a worker does when it has a port, and stays. */
    public static final class Program {
        public static void main(String[] args) throws Exception {
            String port = System.getenv("CARAVANA_WORKER_MANAGEMENT_PORT");
            if (port != null) {
                HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", Integer.parseInt(port)), 0);
                server.createContext("/", exchange -> {
                    exchange.sendResponseHeaders(200, -1);
                    exchange.close();
                });
                server.start();
            }
            System.out.println("serves");
            Thread.currentThread().join();
        }
    }

    @Test
    void itIsMadeOnceAndAnewForAnotherPlaceOrOtherOptions() throws IOException {
        Path jar = program(RunFolder.open(folder).resolve("here"));

        assertThat(archives(jar)).isEmpty();
        assertThat(runs(jar, OPTIONS)).contains("-XX:+RecordDynamicDumpInfo");
        List<Path> made = archives(jar);
        assertThat(made).hasSize(1);
        assertThat(runs(jar, OPTIONS)).contains("-XX:SharedArchiveFile=" + made.get(0));
        assertThat(archives(jar)).as("the JVM accepts it").isEqualTo(made);

        assertThat(runs(jar, List.of("-XX:+UseParallelGC", "-Xmx64m"))).contains("-XX:+RecordDynamicDumpInfo");
        assertThat(archives(jar))
                .as("the one that does not fit is gone")
                .hasSize(1)
                .isNotEqualTo(made);

        Path moved = folder.resolve("there");
        Files.move(jar.getParent(), moved);
        Path movedJar = moved.resolve(jar.getFileName());
        assertThat(runs(movedJar, OPTIONS)).contains("-XX:+RecordDynamicDumpInfo");
        assertThat(archives(movedJar)).hasSize(1);
    }

    @Test
    void aStartWithoutItSaysSoInOneLine() throws IOException {
        Path jar = program(RunFolder.open(folder).resolve("here"));
        assertThat(announced(jar))
                .singleElement()
                .asString()
                .contains("of program does not exist yet", "this start is slow");

        runs(jar, OPTIONS);

        assertThat(announced(jar)).isEmpty();
    }

    private static List<String> announced(Path jar) {
        PrintStream before = System.err;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        System.setErr(new PrintStream(printed, true));
        try {
            ClassArchive.of("program", jar, OPTIONS).announce();
        } finally {
            System.setErr(before);
        }
        return printed.toString().lines().toList();
    }

    @Test
    void oneThatTheJvmRefusesIsDeleted() throws IOException {
        Path jar = program(RunFolder.open(folder).resolve("here"));
        runs(jar, OPTIONS);
        Files.writeString(archives(jar).get(0), "no archive");

        runs(jar, OPTIONS);

        assertThat(archives(jar)).isEmpty();
    }

    @Test
    void aFailedOneLeavesNothing() throws IOException {
        Path jar = program(RunFolder.open(folder).resolve("here"));
        ClassArchive archive = ClassArchive.of("program", jar, OPTIONS);
        ChildProcess jvm = start(jar, OPTIONS);
        try {
            // It was not started with the archive's options, so it remembers nothing to make one of.
            archive.make(jvm.handle(), folder.resolve("log"));
        } finally {
            jvm.stop(java.time.Duration.ofMinutes(1));
        }
        try (Stream<Path> left = Files.list(jar.getParent())) {
            assertThat(left.map(p -> p.getFileName().toString()))
                    .containsExactlyInAnyOrder("program.jar", "classes.lock");
        }
    }

    @Test
    void aJvmThatCrashesMeanwhileIsNoticed() throws IOException {
        Path jar = program(RunFolder.open(folder).resolve("here"));
        ClassArchive archive = ClassArchive.of("program", jar, OPTIONS);
        List<String> all = new ArrayList<>(OPTIONS);
        all.addAll(archive.options());
        ChildProcess jvm = start(jar, all);

        assertThat(jvm.handle().destroyForcibly()).isTrue();

        assertThat(archive.make(jvm.handle(), folder.resolve("log"))).isFalse();
        assertThat(archives(jar)).isEmpty();
    }

    @Test
    void anAppThatCrashesMeanwhileIsStartedAgain() throws IOException {
        Path jar = program(RunFolder.open(folder).resolve("here"));
        Set<Long> crashed = new HashSet<>();
        Predicate<ProcessHandle> crash = jvm -> !(crashed.add(jvm.pid()) && jvm.destroyForcibly());

        try (AppProcess app =
                AppProcess.start(AppProcess.WORKER, OPTIONS, jar, Map.of(), folder.resolve("app.log"), crash)) {
            app.awaitReady();

            assertThat(crashed).hasSize(1).doesNotContain(app.pid());
            assertThat(app.handle().isAlive()).isTrue();
        }
    }

    /** Starts the program as an app is started, and gives the options that the archive added. */
    private List<String> runs(Path jar, List<String> options) {
        ClassArchive archive = ClassArchive.of("program", jar, options);
        List<String> all = new ArrayList<>(options);
        all.addAll(archive.options());
        ChildProcess jvm = start(jar, all);
        try {
            archive.make(jvm.handle(), folder.resolve("log"));
        } finally {
            jvm.stop(java.time.Duration.ofMinutes(1));
        }
        return archive.options();
    }

    private ChildProcess start(Path jar, List<String> options) {
        List<String> command = new ArrayList<>(List.of(ProjectLayout.java()));
        command.addAll(options);
        command.addAll(List.of("-jar", jar.toString()));
        Path log = folder.resolve("program-" + System.nanoTime() + ".log");
        ChildProcess jvm = ChildProcess.start("program", command, Map.of(), log);
        jvm.awaitReady(() -> jvm.tail().contains("serves"));
        return jvm;
    }

    private static Path program(Path folder) throws IOException {
        Files.createDirectories(folder);
        Path jar = folder.resolve("program.jar");
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().put(Attributes.Name.MAIN_CLASS, Program.class.getName());
        String entry = Program.class.getName().replace('.', '/') + ".class";
        try (OutputStream file = Files.newOutputStream(jar);
                JarOutputStream classes = new JarOutputStream(file, manifest);
                var code = Program.class.getClassLoader().getResourceAsStream(entry)) {
            classes.putNextEntry(new JarEntry(entry));
            code.transferTo(classes);
        }
        return jar;
    }

    private static List<Path> archives(Path jar) throws IOException {
        try (Stream<Path> files = Files.list(jar.getParent())) {
            return files.filter(p -> p.getFileName().toString().startsWith(PREFIX))
                    .toList();
        }
    }
}
