package caravana.checks;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class NamedColumnTest {

    @Test
    void typesOfCastsAreNoNamesOfColumns() {
        assertThat(NamedColumn.once("SELECT CAST(max(CAST(a AS bigint)) AS\ninteger) AS most,\n b AS other, other"))
                .containsExactly(new NamedColumn("most", 2));
        assertThat(NamedColumn.withoutCasts("CAST((SELECT b AS c) AS text) AS d"))
                .isEqualTo("CAST((SELECT b AS c)        ) AS d");
    }

    /** As long as statements can be in which somebody forgot a bracket. */
    @Test
    void aCastWithoutAnEndIsReadToTheEnd() {
        String unclosed = "SELECT CAST(" + "(a) + b ".repeat(100_000) + "AS named";

        assertThat(NamedColumn.once(unclosed)).isEmpty();
    }
}
