package caravana.media;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.convert.DurationStyle;
import org.springframework.util.unit.DataSize;

class AmountsTest {

    /** As nginx has it: InstanceScriptsTest of the system tests has the same rows. */
    @ParameterizedTest
    @CsvSource({
        "1KB, 1024, 1 KiB",
        "1025, 1025, 1025 bytes",
        "1536B, 1536, 1536 bytes",
        "0100MB, 104857600, 100 MiB",
        "104857600, 104857600, 100 MiB",
        "1536KB, 1572864, 1536 KiB",
        "1024MB, 1073741824, 1 GiB",
        "10GB, 10737418240, 10 GiB"
    })
    void aSizeIsInTheLargestUnitWithoutAFraction(String setting, long bytes, String readable) {
        DataSize size = DataSize.parse(setting);

        assertThat(size.toBytes()).isEqualTo(bytes);
        assertThat(Amounts.size(size)).isEqualTo(readable);
    }

    @ParameterizedTest
    @CsvSource({
        "10m, 10 minutes",
        "1m, 1 minute",
        "90m, 90 minutes",
        "120m, 2 hours",
        "1h, 1 hour",
        "90s, 90 seconds",
        "1s, 1 second",
        "1500ms, 1.5 seconds",
        "0s, 0 seconds",
        "100s, 100 seconds"
    })
    void aDurationIsInTheLargestUnitWithoutAFraction(String setting, String readable) {
        Duration duration = DurationStyle.detectAndParse(setting);

        assertThat(Amounts.duration(duration)).isEqualTo(readable);
    }

    @ParameterizedTest
    @CsvSource({"60, 60", "29.97, 29.97", "100, 100", "23.976, 23.976"})
    void aNumberHasNoFractionOfZero(double value, String readable) {
        assertThat(Amounts.number(value)).isEqualTo(readable);
    }
}
