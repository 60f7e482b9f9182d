package caravana.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;

class CrowdTest {

    private static final Duration LONG = Duration.ofHours(1);

    @Test
    void itMayBeginAgainAndCountsAllThatItWasAnswered() throws Exception {
        Crowd crowd = new Crowd("callers", 3, Set.of(200, 503), client -> {
            client.answered(client.number() == 0 ? 200 : 500);
            client.pause(LONG);
        });

        runTwice(crowd);

        assertThat(crowd.unexpected()).isEqualTo(4);
        assertThat(crowd).hasToString("3 callers: 2 × 200, 4 × 500");
    }

    @Test
    void aBrokenConnectionIsUnexpected() throws Exception {
        Set<Integer> before = ConcurrentHashMap.newKeySet();
        Crowd crowd = new Crowd("callers", 2, Set.of(200), client -> {
            if (before.add(client.number())) {
                throw new IOException("broken");
            }
            client.isInPlace();
            client.pause(LONG);
        });

        runTwice(crowd);

        assertThat(crowd.unexpected()).isEqualTo(2);
        assertThat(crowd).hasToString("2 callers: 2 × java.io.IOException: broken");
    }

    private static void runTwice(Crowd crowd) throws InterruptedException {
        for (int i = 0; i < 2; i++) {
            crowd.begin();
            crowd.awaitInPlace();
            crowd.end();
            crowd.awaitGone();
        }
    }
}
