package caravana.web.identity;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class PasswordsTest {

    private final Passwords passwords = new Passwords();

    @Test
    void onlyThePasswordItselfMatches() {
        String hash = passwords.hash("correct horse");

        assertThat(passwords.matches("correct horse", hash)).isTrue();
        assertThat(passwords.matches("correct horsf", hash)).isFalse();
    }

    @Test
    void anAccountThatDoesNotExistMatchesNothingAndTakesAsLong() {
        String hash = passwords.hash("correct horse");
        long known = nanos(hash);
        long unknown = nanos(null);

        assertThat(passwords.matches("nobody", null)).isFalse();
        // Without a hash to compare it would be a thousandth.
        assertThat(unknown).isGreaterThan(known / 4);
    }

    /** The shortest of several times: other processes make some of them longer. */
    private long nanos(String hash) {
        return LongStream.range(0, 5)
                .map(i -> {
                    long began = System.nanoTime();
                    passwords.matches("wrong", hash);
                    return System.nanoTime() - began;
                })
                .min()
                .orElseThrow();
    }
}
