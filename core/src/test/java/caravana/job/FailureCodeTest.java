package caravana.job;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FailureCodeTest {

    /** What nobody outside has to know, and what belongs to operators. */
    private static final String INSIDE =
            "(?i).*(/|\\\\|exception|sql|ffmpeg|ffprobe|java|s3|sqs|caravana_|route|status).*";

    @ParameterizedTest
    @EnumSource
    void everyCodeHasASentenceForPeople(FailureCode code) {
        assertThat(code.sentence()).endsWith(".").hasSizeBetween(10, 120).doesNotMatch(INSIDE);
        assertThat(FailureCode.of(code.code())).contains(code);
        assertThat(code.code()).matches("[a-z_]+");
    }

    @Test
    void aCodeOfSomebodysOwnIsNone() {
        assertThat(FailureCode.of("infected")).isEmpty();
        assertThat(FailureCode.of(null)).isEmpty();
    }
}
