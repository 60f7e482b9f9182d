package caravana.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DatabaseUrlTest {

    @Test
    void takesAUrlApart() {
        DatabaseUrl url = DatabaseUrl.parse("postgresql://me:p%40ss+word@db.example:6432/videos?sslmode=require");

        assertThat(url.getJdbcUrl()).isEqualTo("jdbc:postgresql://db.example:6432/videos?sslmode=require");
        assertThat(url.getUsername()).isEqualTo("me");
        assertThat(url.getPassword()).isEqualTo("p@ss+word");
    }

    @Test
    void thePortIsOptional() {
        assertThat(DatabaseUrl.parse("postgres://me:x@db/videos").getJdbcUrl())
                .isEqualTo("jdbc:postgresql://db:5432/videos");
    }

    @Test
    void userAndPasswordMayBeKeptElsewhere() {
        DatabaseUrl url = DatabaseUrl.withoutCredentials("postgresql://db/videos?sslmode=verify-full");

        assertThat(url.getJdbcUrl()).isEqualTo("jdbc:postgresql://db:5432/videos?sslmode=verify-full");
        assertThat(url.getUsername()).isNull();
        assertThat(url.getPassword()).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "mysql://me:secret@db/videos",
                "postgresql://db/videos",
                "postgresql://me:secret@db",
                "postgresql://me:secret@db/",
                "postgresql://me:sec ret@db/videos"
            })
    void refusesWhatIsNoSuchUrlAndKeepsThePasswordToItself(String url) {
        assertThatThrownBy(() -> DatabaseUrl.parse(url))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("DATABASE_URL")
                .hasMessageContaining("postgresql://user:password@host:port/database")
                .hasMessageNotContaining("sec")
                .hasNoCause();
    }

    @Test
    void doesNotPrintThePassword() {
        assertThat(DatabaseUrl.parse("postgresql://me:secret@db/videos").toString())
                .doesNotContain("secret");
    }
}
