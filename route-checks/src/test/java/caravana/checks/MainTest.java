package caravana.checks;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is said of an address that is none. */
class MainTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "postgresql://user:secret word@host/database",
                "postgresql://user:secret%@host/database",
                "postgresql://user:secret^word@host/database",
                "secret",
                "postgresql://secret@host/database"
            })
    void thePasswordIsNotRepeated(String address) {
        assertThatThrownBy(() -> Main.connect(address))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("postgresql://user:password@host:port/database")
                .hasMessageNotContaining("secret");
    }
}
