package caravana.worker.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class JvmSharesTest {

    private final AtomicLong used = new AtomicLong(1_000);
    private final AtomicLong clock = new AtomicLong();
    private final JvmShares shares = new JvmShares(used::get, clock::get);

    @Test
    void jobsThatRunAtOnceShareEqually() {
        used.set(1_500);
        shares.add("a");
        used.addAndGet(100);
        shares.add("b");
        used.addAndGet(60);

        assertThat(shares.of("a")).isEqualTo(130);
        assertThat(shares.of("b")).isEqualTo(30);

        shares.remove("a");
        used.addAndGet(7);

        assertThat(shares.of("a")).isZero();
        assertThat(shares.of("b")).isEqualTo(37);
    }

    @Test
    void whatIsUsedWhileNoJobComesIsNobodys() {
        shares.add("a");
        shares.remove("a");
        used.addAndGet(500);
        clock.addAndGet(TimeUnit.SECONDS.toNanos(2));
        shares.add("b");

        assertThat(shares.of("b")).isZero();
    }

    @Test
    void whatIsUsedBetweenTwoJobsIsTheNextOnes() {
        shares.add("a");
        used.addAndGet(40);
        assertThat(shares.of("a")).isEqualTo(40);
        used.addAndGet(5);
        shares.remove("a");
        used.addAndGet(3);
        clock.addAndGet(TimeUnit.MILLISECONDS.toNanos(900));
        shares.add("b");

        assertThat(shares.of("b")).isEqualTo(8);

        shares.add("c");
        assertThat(shares.of("c")).isZero();
    }
}
