package caravana.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.Test;

class PairsTest {

    private final List<String> order = new ArrayList<>();

    @Test
    void sidesTakeTurnsAndTheMedianOfTheRatiosCounts() throws Exception {
        Iterator<Double> ours = List.of(2.0, 9.0, 4.0).iterator();
        Iterator<Double> theirs = List.of(4.0, 3.0, 5.0).iterator();

        Pairs pairs = Pairs.measure(3, "s", "test", () -> noted("ours", ours), () -> noted("theirs", theirs));

        assertThat(order).containsExactly("ours", "theirs", "theirs", "ours", "ours", "theirs");
        assertThat(pairs.ratio()).isCloseTo(0.8, within(1e-9));
        assertThat(pairs.ours()).isEqualTo(4.0);
        assertThat(pairs.theirs()).isEqualTo(4.0);
        assertThat(pairs.detail()).isEqualTo("spread=0.500..3 pairs=3 ours=4s theirs=4s");
    }

    private double noted(String side, Iterator<Double> values) {
        order.add(side);
        return values.next();
    }
}
