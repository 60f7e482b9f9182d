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

/** The local stack with two migrated schemas, one for all tests of this JVM. */
public final class WorkerFixture {

    public static final Path FOLDER = temporaryFolder();
    public static final LocalStack STACK = LocalStack.start(FOLDER.resolve("stack"));

    /**
     * Tables for tests that run statements alone. The application of another class keeps running in this JVM: it
     * would register its worker, and repair the rows of such a test.
     */
    public static final HikariDataSource DATABASE = ofItsOwn();

    private WorkerFixture() {}

    private static Path temporaryFolder() {
        try {
            return Files.createTempDirectory("caravana-worker-test");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static HikariDataSource ofItsOwn() {
        String url = STACK.environment().get("DATABASE_URL");
        migrated(url).close();
        HikariDataSource database = migrated(url + (url.contains("?") ? "&" : "?") + "currentSchema=statements");
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

    private static HikariDataSource migrated(String databaseUrl) {
        DatabaseUrl url = DatabaseUrl.parse(databaseUrl);
        HikariDataSource database = new HikariDataSource();
        database.setJdbcUrl(url.jdbcUrl());
        database.setUsername(url.user());
        database.setPassword(url.password());
        database.addDataSourceProperty("options", "-c plan_cache_mode=force_generic_plan");
        Flyway.configure().dataSource(database).load().migrate();
        return database;
    }
}
