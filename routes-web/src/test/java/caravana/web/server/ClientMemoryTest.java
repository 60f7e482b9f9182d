package caravana.web.server;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ClientMemoryTest {

    private final ClientMemory.Pool memory = new ClientMemory.Pool(100, 40);

    @Test
    void anOwnerGetsNoMoreThanItsShare() {
        assertThat(memory.take("a", 40)).isTrue();
        assertThat(memory.take("a", 1)).isFalse();
        assertThat(memory.take("b", 40)).isTrue();
    }

    @Test
    void allTogetherGetNoMoreThanThereIs() {
        assertThat(memory.take("a", 40)).isTrue();
        assertThat(memory.take("b", 40)).isTrue();
        assertThat(memory.take("c", 30)).isFalse();
        assertThat(memory.take("c", 20)).isTrue();
    }

    @Test
    void whatIsGivenBackCanBeTakenAgain() {
        assertThat(memory.take("a", 40)).isTrue();
        memory.giveBack("a", 15);
        assertThat(memory.take("a", 16)).isFalse();
        assertThat(memory.take("a", 15)).isTrue();
    }

    @Test
    void whatIsRefusedTakesNothing() {
        assertThat(memory.take("a", 41)).isFalse();
        assertThat(memory.take("a", 40)).isTrue();
    }
}
