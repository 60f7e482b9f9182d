package caravana.worker;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DefaultSlotsTest {

    private static final long GIB = 1024L * 1024 * 1024;

    @ParameterizedTest
    @CsvSource({
        // the CPUs are the limit
        "2, 100, 1, 2, 2",
        "16, 65, 1, 2, 16",
        // the disk is
        "16, 64, 1, 2, 15",
        "16, 9, 1, 2, 2",
        // without room for one, the check of the disk keeps the intake closed, and says why
        "16, 4, 1, 2, 1",
        "16, 0, 1, 2, 1",
        // a size that is none is refused later, with its name
        "4, 100, 1, 0, 4",
    })
    void asManyAsCpusAndDiskHaveRoomFor(int cpus, long free, long reserve, long largest, int slots) {
        assertThat(DefaultSlots.slots(cpus, free * GIB, reserve * GIB, largest * GIB))
                .isEqualTo(slots);
    }
}
