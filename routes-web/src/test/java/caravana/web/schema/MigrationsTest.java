package caravana.web.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import caravana.database.DatabaseUrl;
import caravana.test.Waits;
import caravana.web.WebFixture;
import com.zaxxer.hikari.HikariDataSource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

/** Migrations beside calls of others, in a schema of their own. */
class MigrationsTest {

    private static final String SCHEMA = "migrations_test";

    @TempDir
    private Path folder;

    private final HikariDataSource pool = pool();
    private final HikariDataSource others = pool();
    private final JdbcTemplate jdbc = new JdbcTemplate(pool);

    private static HikariDataSource pool() {
        DatabaseUrl url = DatabaseUrl.parse(WebFixture.STACK.environment().get("DATABASE_URL"));
        HikariDataSource pool = new HikariDataSource();
        pool.setJdbcUrl(url.getJdbcUrl());
        pool.setUsername(url.getUsername());
        pool.setPassword(url.getPassword());
        pool.setSchema(SCHEMA);
        pool.addDataSourceProperty("socketTimeout", "1");
        return pool;
    }

    @BeforeEach
    void aTable() {
        jdbc.execute("CREATE SCHEMA " + SCHEMA);
        jdbc.execute("CREATE TABLE things (id integer)");
    }

    @AfterEach
    void isRemoved() {
        jdbc.execute("DROP SCHEMA " + SCHEMA + " CASCADE");
        pool.close();
        others.close();
    }

    @Test
    void aStatementMayTakeLongerThanACall() throws Exception {
        Flyway flyway = flyway("SELECT pg_sleep(1.5); ALTER TABLE things ADD COLUMN made text");
        assertThatThrownBy(flyway::migrate).isInstanceOf(FlywayException.class);

        new Migrations(pool).migrate(flyway);

        assertThat(jdbc.queryForList("SELECT made FROM things")).isEmpty();
    }

    @Test
    void callsPassBetweenTriesToGetALock() throws Exception {
        Flyway flyway = flyway("ALTER TABLE things ADD COLUMN made text");
        CompletableFuture<Void> migrating;
        try (Connection slow = others.getConnection()) {
            slow.setAutoCommit(false);
            slow.createStatement().executeQuery("SELECT count(*) FROM things");
            migrating = CompletableFuture.runAsync(() -> new Migrations(pool).migrate(flyway));
            await().atMost(Waits.LIMIT).until(() -> waiting() == 1);

            // It waits behind the migration, until that lets it pass.
            await().atMost(Waits.LIMIT).until(this::callPasses);

            assertThat(migrating).isNotDone();
            slow.rollback();
        }
        migrating.get(Waits.LIMIT.toSeconds(), TimeUnit.SECONDS);
        assertThat(jdbc.queryForList("SELECT made FROM things")).isEmpty();
    }

    @Test
    void connectionsOfCallsStayAsTheyWere() throws Exception {
        new Migrations(pool).migrate(flyway("ALTER TABLE things ADD COLUMN made text"));

        List<Connection> all = new ArrayList<>();
        for (int i = 0; i < pool.getMaximumPoolSize(); i++) {
            all.add(pool.getConnection());
        }
        for (Connection connection : all) {
            assertThat(connection.getNetworkTimeout()).isEqualTo(1000);
            assertThat(new JdbcTemplate(new SingleConnectionDataSource(connection, true))
                            .queryForObject("SHOW lock_timeout", String.class))
                    .isEqualTo("0");
            connection.close();
        }
    }

    private Flyway flyway(String statement) throws Exception {
        Files.writeString(folder.resolve("V1__test.sql"), statement);
        return Flyway.configure()
                .dataSource(pool)
                .schemas(SCHEMA)
                .baselineOnMigrate(true)
                .baselineVersion("0")
                .locations("filesystem:" + folder)
                .load();
    }

    private int waiting() {
        return jdbc.queryForObject(
                "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = CAST('migrations_test.things' AS regclass)",
                Integer.class);
    }

    private boolean callPasses() {
        try (Connection call = others.getConnection()) {
            call.createStatement().executeQuery("SELECT count(*) FROM things");
            return true;
        } catch (SQLException stillWaiting) {
            return false;
        }
    }
}
