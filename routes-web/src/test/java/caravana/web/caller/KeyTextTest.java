package caravana.web.caller;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class KeyTextTest {

    @Test
    void keysHaveTheirPrefixAndAChecksumAndNoTwoAreAlike() {
        Set<String> keys = new HashSet<>();
        for (int i = 0; i < 1000; i++) {
            String key = KeyText.generate();
            assertThat(key).matches("cvn_[0-9A-Za-z]{38}");
            assertThat(KeyText.isWellFormed(key)).isTrue();
            keys.add(key);
        }
        assertThat(keys).hasSize(1000);
    }

    /** So that other programs can make it: CRC-32 of all that stands before, in base 62, the digits first. */
    @Test
    void theChecksumIsTheOneOfTheDocumentation() {
        assertThat(KeyText.isWellFormed("cvn_0123456789ABCDEFGHIJKLMNOPQRSTUV" + "2QrA6c"))
                .isTrue();
    }

    @Test
    void aKeyThatWasChangedOrCutIsNotWellFormed() {
        String key = KeyText.generate();
        for (int i = KeyText.PREFIX.length(); i < key.length(); i++) {
            char other = key.charAt(i) == 'x' ? 'y' : 'x';
            assertThat(KeyText.isWellFormed(key.substring(0, i) + other + key.substring(i + 1)))
                    .as("character " + i)
                    .isFalse();
        }
        assertThat(KeyText.isWellFormed(key.substring(1))).isFalse();
        assertThat(KeyText.isWellFormed(key + "x")).isFalse();
        assertThat(KeyText.isWellFormed("cvn_")).isFalse();
    }

    @Test
    void noKeyIsReadInAMaskedText() {
        String key = KeyText.generate();

        assertThat(KeyText.masked("a " + key + ", and half of one: " + key.substring(0, 20)))
                .isEqualTo("a " + KeyText.shown(key) + "…, and half of one: " + KeyText.shown(key) + "…");
        assertThat(KeyText.masked("cvn_ alone, and cvn_short")).isEqualTo("cvn_ alone, and cvn_short");
    }
}
