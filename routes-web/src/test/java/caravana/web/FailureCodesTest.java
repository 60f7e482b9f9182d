package caravana.web;

import static org.assertj.core.api.Assertions.assertThat;

import caravana.job.FailureCode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every code that a client may get is in the contract, and the page has words for it. */
class FailureCodesTest {

    private static final String CONTRACT = read("/caravana/openapi.yaml");
    private static final String TEXTS = read("/static/page/texts.js");
    private static final String ENGLISH = TEXTS.substring(0, TEXTS.indexOf("\n  es: {"));
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
        assertThat(SPANISH).containsPattern("\\berror_" + code.code() + ":\\s");
        // The stored sentence about a file is for its uploader; of any other failure, it has commands and paths.
        if (code.retryable()) {
            assertThat(ENGLISH).containsPattern("\\berror_" + code.code() + ":\\s");
        }
    }

    @Test
    void thePageHasWordsForWebhooksThatDoNotAnswer() {
        Matcher codes = Pattern.compile("Why there was no answer: ([^.]+)\\.").matcher(CONTRACT);
        assertThat(codes.find()).isTrue();

        assertThat(Pattern.compile("`(\\w+)`").matcher(codes.group(1)).results().map(code -> code.group(1)))
                .hasSize(5)
                .allSatisfy(code -> {
                    assertThat(ENGLISH).contains(" try_" + code + ": ");
                    assertThat(SPANISH).contains(" try_" + code + ": ");
                });
    }

    private static String read(String resource) {
        try (InputStream in = FailureCodesTest.class.getResourceAsStream(resource)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
