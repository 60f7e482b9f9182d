package caravana.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StartLimitTest {

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({"30s, 30", "10m, 600", "1h, 3600", "' 2 m ', 120"})
    void theSettingIsANumberWithAUnit(String setting, long seconds) {
        assertThat(StartLimit.parse(setting)).isEqualTo(Duration.ofSeconds(seconds));
    }

    @ParameterizedTest
    @ValueSource(strings = {"600", "0s", "ten minutes", "10d", "-1s"})
    void anythingElseIsRefused(String setting) {
        assertThatThrownBy(() -> StartLimit.parse(setting))
                .isInstanceOf(LocalStackException.class)
                .hasMessageContaining("CARAVANA_START_LIMIT is '" + setting + "'");
    }

    @Test
    void whatWorksHasAllOfIt() {
        AtomicInteger work = new AtomicInteger();
        assertThat(end(new StartLimit("it", work::incrementAndGet, Duration.ofSeconds(1))))
                .isEqualTo("did not answer within 1 s (CARAVANA_START_LIMIT sets this limit)");
    }

    @Test
    void whatHangsHasAPartOfIt() {
        assertThat(end(new StartLimit("it", () -> "always the same", Duration.ofSeconds(5))))
                .startsWith("does not answer, and has neither computed nor written for 1 s");
    }

    @Test
    void whatEndsIsNoticedAtOnceWithTheEndOfItsLog() {
        ChildProcess child = ChildProcess.start(
                "broken", List.of("sh", "-c", "echo out of luck; exit 3"), Map.of(), folder.resolve("broken.log"));
        assertThatThrownBy(() -> child.awaitReady(() -> false))
                .isInstanceOf(LocalStackException.class)
                .hasMessageContaining("broken ended while starting")
                .hasMessageEndingWith("out of luck");
    }

    private static String end(StartLimit limit) {
        Supplier<Optional<String>> ask = limit::exceeded;
        Optional<String> end = ask.get();
        while (end.isEmpty()) {
            Thread.onSpinWait();
            end = ask.get();
        }
        return end.get();
    }
}
