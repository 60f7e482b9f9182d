package caravana.worker;

import caravana.database.DatabaseUrl;
import caravana.local.LocalStack;
import com.zaxxer.hikari.HikariDataSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.flywaydb.core.Flyway;
import org.springframework.util.FileSystemUtils;

/** The local stack with a migrated database, one for all tests of this JVM. */
public final class WorkerFixture {

    public static final Path FOLDER = temporaryFolder();
    public static final LocalStack STACK = LocalStack.start(FOLDER.resolve("stack"));
    public static final HikariDataSource DATABASE = migrated();

    private WorkerFixture() {}

    private static Path temporaryFolder() {
        try {
            return Files.createTempDirectory("caravana-worker-test");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static HikariDataSource migrated() {
        DatabaseUrl url = DatabaseUrl.parse(STACK.environment().get("DATABASE_URL"));
        HikariDataSource database = new HikariDataSource();
        database.setJdbcUrl(url.jdbcUrl());
        database.setUsername(url.user());
        database.setPassword(url.password());
        Flyway.configure().dataSource(database).load().migrate();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            database.close();
            STACK.close();
            try {
                FileSystemUtils.deleteRecursively(FOLDER);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }));
        return database;
    }
}
