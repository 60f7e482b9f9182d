package caravana.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.nio.ByteBuffer;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ProcessFiguresTest {

    private static final int MB = 1024 * 1024;
    private static final long SELF = ProcessHandle.current().pid();

    @Test
    void memoryThatIsWrittenToIsResident() throws Exception {
        long before = ProcessFigures.residentBytes(SELF);
        // Outside the heap, and filled with zeros at once.
        ByteBuffer block = ByteBuffer.allocateDirect(64 * MB);

        assertThat(ProcessFigures.residentBytes(SELF) - before).isBetween(32L * MB, 256L * MB);
        assertThat(block.get(0)).isZero();
    }

    @Test
    void processorTimeIsWhatTheRuntimeCountsAsWell() throws Exception {
        double counted = ProcessFigures.cpuSeconds(SELF);
        Duration told = ProcessHandle.current().info().totalCpuDuration().orElseThrow();

        assertThat(told.toMillis() / 1000.0).isBetween(counted - 0.02, counted + 2);
    }

    @Test
    void threadsAreCounted() throws Exception {
        assertThat(ProcessFigures.threads(SELF)).isGreaterThan(1);
    }

    @Test
    void aProcessThatIsNotThereHasNoFigures() {
        assertThatIOException().isThrownBy(() -> ProcessFigures.residentBytes(Long.MAX_VALUE));
    }
}
