package caravana.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class CapacityTest {

    /** Ten seconds, twelve of CPU on two: one alone leaves 0.8 of a CPU idle. */
    private final Capacity node = new Capacity(10, 12, 2);

    @Test
    void jobsOverlapUntilTheProcessorsAreTheLimit() {
        assertThat(node.perSecond(1)).isCloseTo(0.1, within(1e-9));
        assertThat(node.perSecond(2)).isCloseTo(2.0 / 12, within(1e-9));
        assertThat(node.perSecond(4)).isCloseTo(2.0 / 12, within(1e-9));
        assertThat(node.serviceSeconds(4)).isCloseTo(24, within(1e-9));
    }

    @Test
    void jobsAreClearedInRounds() {
        assertThat(node.clearingSeconds(4, 1, 1)).isCloseTo(40, within(1e-9));
        assertThat(node.clearingSeconds(4, 1, 2)).isCloseTo(24, within(1e-9));
        assertThat(node.clearingSeconds(5, 1, 2)).isCloseTo(34, within(1e-9));
        assertThat(node.clearingSeconds(9, 3, 1)).isCloseTo(30, within(1e-9));
        assertThat(node.clearingSeconds(10, 3, 1)).isCloseTo(40, within(1e-9));
    }

    @Test
    void theQueueGrowsByWhatIsMoreThanCanBeDone() {
        assertThat(node.growthPerMinute(5, 1, 1)).isZero();
        assertThat(node.growthPerMinute(15, 2, 1)).isCloseTo(3, within(1e-9));
    }

    @Test
    void sizesLieOnALine() {
        assertThat(node.towards(new Capacity(20, 32, 2), 0.5)).isEqualTo(new Capacity(15, 22, 2));
    }

    /** Two slots an instance, two minutes; the policy acts after three, and an instance needs a minute and a half. */
    @Test
    void aGroupFollowsTheWork() {
        Scaling group = new Scaling(2, 120, 180, 90, 1, 4);
        assertThat(group.wanted(0)).isEqualTo(1);
        assertThat(group.wanted(241)).isEqualTo(2);
        assertThat(group.wanted(100_000)).isEqualTo(4);
        assertThat(group.clearingSeconds(500)).as("before anybody helps").isCloseTo(250, within(1e-9));
        assertThat(group.clearingSeconds(1000))
                .as("640 s are left when three are wanted, and 460 when they have come")
                .isCloseTo(270 + 460.0 / 6, within(1e-9));
        assertThat(group.clearingSeconds(10_000)).isCloseTo(270 + 9460.0 / 8, within(1e-9));
    }
}
