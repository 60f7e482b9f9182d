package caravana.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@EnabledOnOs(OS.LINUX)
class ChildProcessTest {

    @TempDir
    Path folder;

    @Test
    void aTerminalsCtrlCDoesNotReachIt() {
        // A terminal signals its foreground process group, so the child has to lead one of its own (field 5).
        Path log = folder.resolve("group.log");
        ChildProcess child = ChildProcess.start(
                "group", List.of("sh", "-c", "cut -d' ' -f5 /proc/$$/stat; exec sleep 60"), Map.of(), log);
        try {
            child.awaitReady(
                    () -> child.tail().endsWith(String.valueOf(child.handle().pid())));
        } finally {
            child.stop(Duration.ofSeconds(5));
        }
        assertThat(Liveness.isRunning(child.handle())).isFalse();
    }

    @Test
    void theEndOfALogIsShownWhateverItsBytes() throws Exception {
        Path log = folder.resolve("bytes.log");
        Files.write(log, "\u00ff\nlast words\n".getBytes(StandardCharsets.ISO_8859_1));
        assertThat(ChildProcess.tail(log)).endsWith("last words");
    }
}
