package caravana.web;

import static org.assertj.core.api.Assertions.assertThat;

import caravana.job.FailureCode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every code that a client may get is in the contract, and the page has words for it. */
class FailureCodesTest {

    private static final String CONTRACT = read("/caravana/openapi.yaml");
    private static final String TEXTS = read("/static/page/texts.js");
    private static final String SPANISH = TEXTS.substring(TEXTS.indexOf("\n  es: {"));

    /** All but those of which no row is ever left. */
    static Set<FailureCode> ofRows() {
        return EnumSet.complementOf(EnumSet.of(
                FailureCode.POISON_MESSAGE,
                FailureCode.CLAIM_LOST,
                FailureCode.WORKER_STOPPED,
                FailureCode.TOOL_UNAVAILABLE));
    }

    @ParameterizedTest
    @MethodSource("ofRows")
    void theContractAndThePageKnowIt(FailureCode code) {
        assertThat(CONTRACT).contains("`" + code.code() + "`");
        // In English, the server's own sentence will do.
        assertThat(SPANISH).containsPattern("\\berror_" + code.code() + ":\\s");
    }

    private static String read(String resource) {
        try (InputStream in = FailureCodesTest.class.getResourceAsStream(resource)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
