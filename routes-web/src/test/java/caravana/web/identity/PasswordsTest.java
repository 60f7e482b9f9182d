package caravana.web.identity;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.springframework.security.crypto.argon2.Argon2PasswordEncoder;

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

    @Test
    void hashesAreThoseOfSpringSecurity() {
        Argon2PasswordEncoder spring = new Argon2PasswordEncoder(16, 32, 1, 19 * 1024, 2);

        assertThat(passwords.matches("contraseña 🎬", spring.encode("contraseña 🎬")))
                .isTrue();
        assertThat(spring.matches("contraseña 🎬", passwords.hash("contraseña 🎬")))
                .isTrue();
    }

    @Test
    void aHashUsesTheMemoryOfTheOneBefore() {
        passwords.hash("the first takes 19 MiB");

        assertThat(allocatedBytes(() -> passwords.hash("correct horse"))).isLessThan(100_000);
        assertThat(allocatedBytes(() -> passwords.matches("wrong", null))).isLessThan(100_000);
    }

    private static long allocatedBytes(Runnable call) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        call.run();
        return threads.getCurrentThreadAllocatedBytes() - before;
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
