package caravana.local;

import io.zonky.test.db.postgres.embedded.DefaultPostgresBinaryResolver;
import io.zonky.test.db.postgres.util.ArchUtils;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorInputStream;

/**
 * The PostgreSQL server. Only one role can log in, {@link #ROLE}: it owns the database of the same name, and is no
 * superuser. The superuser cannot log in; what needs it is done in single-user mode before the server starts.
 */
final class Postgres {

    /** The apps' role and database. */
    static final String ROLE = "caravana";

    private static final String SUPERUSER = "postgres";
    private static final String MAX_CONNECTIONS = "300";

    /** They protect passwords that people choose. This one is random, and an app's pool would compute them ten times a start. */
    private static final String SCRAM_ITERATIONS = "1";

    /** It ends its clients' connections; by SIGTERM it would wait for them. */
    private static final ChildProcess.Signals FAST_SHUTDOWN = new ChildProcess.Signals("INT", "INT");

    private final DataFolder data;
    private final Path cluster;

    Postgres(DataFolder data) {
        this.data = data;
        this.cluster = data.resolve("postgres");
    }

    /**
     * Starts the server; see {@link ChildProcess#awaitReady}. A cluster of an earlier version, which let every local user in,
     * is closed first.
     *
     * @param password of the role from now on
     * @throws LocalStackException when the cluster cannot be made or opened
     */
    ChildProcess start(int port, String password) throws IOException {
        Path programs = programs();
        if (!Files.exists(cluster)) {
            make(programs);
        }
        RunFolder.ofUser(cluster);
        // Whatever it names has been ended. Where nobody collects zombies, PostgreSQL would take one for a running
        // server.
        Files.deleteIfExists(cluster.resolve("postmaster.pid"));
        asSuperuser(
                programs,
                cluster,
                "ALTER ROLE %s LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD '%s'"
                        .formatted(ROLE, password),
                "ALTER ROLE %s PASSWORD NULL".formatted(SUPERUSER));
        Path rules = RunFolder.writeForUser(
                data.resolve("postgres-logins"), "host %s %s 127.0.0.1/32 scram-sha-256\n".formatted(ROLE, ROLE));
        List<String> command =
                new ArrayList<>(List.of(programs.resolve("postgres").toString(), "-D", cluster.toString()));
        settings(Map.of(
                        "port", String.valueOf(port),
                        "listen_addresses", "127.0.0.1",
                        "unix_socket_directories", "",
                        "hba_file", rules.toString(),
                        "max_connections", MAX_CONNECTIONS,
                        "log_destination", "stderr",
                        "logging_collector", "off",
                        "timezone", "UTC"))
                .forEach(command::add);
        return ChildProcess.start(Servers.POSTGRES, command, Map.of(), data.log(Servers.POSTGRES), FAST_SHUTDOWN);
    }

    /** Makes the cluster with its role and database; one that was not finished is made again. */
    private void make(Path programs) throws IOException {
        Path unfinished = data.resolve("postgres.new");
        Command.run("delete " + unfinished, List.of("rm", "-rf", unfinished.toString()));
        RunFolder.ofUser(unfinished);
        ChildProcess.run(
                "initdb",
                List.of(
                        programs.resolve("initdb").toString(),
                        "-D",
                        unfinished.toString(),
                        "-U",
                        SUPERUSER,
                        "--auth=reject",
                        "--encoding=UTF8",
                        "--locale=C.UTF-8",
                        "--no-sync"),
                List.of(),
                data.log(Servers.POSTGRES));
        asSuperuser(programs, unfinished, "CREATE ROLE " + ROLE, "CREATE DATABASE %s OWNER %s".formatted(ROLE, ROLE));
        Files.move(unfinished, cluster);
    }

    /** Runs statements, each on a line of its own, in single-user mode, as long as no server runs. */
    private void asSuperuser(Path programs, Path folder, String... statements) {
        List<String> command =
                new ArrayList<>(List.of(programs.resolve("postgres").toString(), "--single", "-D", folder.toString()));
        settings(Map.of("exit_on_error", "on", "scram_iterations", SCRAM_ITERATIONS))
                .forEach(command::add);
        command.add(SUPERUSER);
        ChildProcess.run("postgres --single", command, List.of(statements), data.log(Servers.POSTGRES));
    }

    private static List<String> settings(Map<String, String> settings) {
        List<String> options = new ArrayList<>();
        // A crash of this machine may cost data, as it may with any development database; a crash of the server does
        // not.
        options.addAll(List.of("-F"));
        settings.forEach((name, value) -> options.addAll(List.of("-c", name + "=" + value)));
        return options;
    }

    /** PostgreSQL's programs, unpacked once for each build and not for each data folder: that takes seconds. */
    private static Path programs() {
        return ProjectLayout.made("postgres", Postgres::unpack).resolve("bin");
    }

    private static void unpack(Path folder) {
        try (InputStream packed = DefaultPostgresBinaryResolver.INSTANCE.getPgBinary(
                        "Linux", ArchUtils.normalize(System.getProperty("os.arch")));
                TarArchiveInputStream entries = new TarArchiveInputStream(new XZCompressorInputStream(packed))) {
            for (TarArchiveEntry entry = entries.getNextEntry(); entry != null; entry = entries.getNextEntry()) {
                Path path = folder.resolve(entry.getName()).normalize();
                if (entry.isDirectory()) {
                    Files.createDirectories(path);
                    continue;
                }
                Files.createDirectories(path.getParent());
                if (entry.isSymbolicLink()) {
                    Files.createSymbolicLink(path, Path.of(entry.getLinkName()));
                } else {
                    Files.copy(entries, path);
                    boolean program = (entry.getMode() & 0100) != 0;
                    Files.setPosixFilePermissions(
                            path, PosixFilePermissions.fromString(program ? "rwxr-xr-x" : "rw-r--r--"));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
