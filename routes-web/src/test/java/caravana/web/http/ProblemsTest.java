package caravana.web.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import org.apache.camel.RuntimeCamelException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProblemsTest {

    @ParameterizedTest
    @CsvSource({
        "08006, 503, connection failure",
        "53300, 503, too many connections",
        "57014, 503, query canceled",
        "40P01, 503, deadlock detected",
        "23503, 503, a row that another call has just removed",
        "   '', 503, no connection from the pool",
        "22003, 400, numeric value out of range",
        "42703, 500, undefined column",
        "23502, 500, not null violation",
        "23514, 500, check violation",
        "42601, 500, syntax error",
        "42501, 500, insufficient privilege",
        "21000, 500, cardinality violation",
    })
    void aDatabasesFailureIsAnsweredByWhoMustAct(String state, int status, String meaning) {
        Throwable failure = new RuntimeCamelException(new SQLException(meaning, state.isEmpty() ? null : state));

        assertThat(new Problems().of(failure).getStatus()).as(meaning).isEqualTo(status);
    }
}
