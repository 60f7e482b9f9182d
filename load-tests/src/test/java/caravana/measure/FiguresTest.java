package caravana.measure;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

class FiguresTest {

    @Test
    void aPercentileIsOneOfTheValues() {
        List<Double> hundred =
                DoubleStream.iterate(100, v -> v - 1).limit(100).boxed().toList();

        assertThat(Figures.percentile(hundred, 95)).isEqualTo(95);
        assertThat(Figures.percentile(List.of(7.0), 95)).isEqualTo(7);
        assertThat(Figures.median(List.of(3.0, 1.0, 2.0))).isEqualTo(2);
        assertThat(Figures.percentile(List.of(), 95)).isNaN();
    }

    @Test
    void aSlopeIsThatOfTheLineThroughThePoints() {
        assertThat(Figures.slope(List.of(new double[] {0, 1}, new double[] {1, 3}, new double[] {2, 5})))
                .isEqualTo(2);
        assertThat(Figures.slope(List.of(new double[] {4, 1}))).isZero();
    }

    @Test
    void numbersAreShort() {
        assertThat(List.of(0.123, 1.0, 12.34, 123.4, 0.0))
                .extracting(Figures::text)
                .containsExactly("0.12", "1", "12.3", "123", "0");
    }
}
