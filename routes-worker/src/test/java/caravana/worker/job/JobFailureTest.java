package caravana.worker.job;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class JobFailureTest {

    private final JobFailure failure = new JobFailure();

    @Test
    void aReasonIsOneLineThatSqsAccepts() {
        assertThat(failure.reason(new Exception("first\nsecond\u0000third"))).isEqualTo("first second third");
        assertThat(failure.reason(new Exception("x".repeat(5000)))).hasSize(1000);
    }

    @Test
    void aReasonIsNeverEmpty() {
        assertThat(failure.reason(new IllegalStateException())).isEqualTo("java.lang.IllegalStateException");
        assertThat(failure.reason(new Exception("\u0001"))).isEqualTo("java.lang.Exception");
    }
}
