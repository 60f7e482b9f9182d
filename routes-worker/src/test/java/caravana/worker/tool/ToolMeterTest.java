package caravana.worker.tool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Compared with what the shell itself reports of its child, which is what the kernel has for it. */
class ToolMeterTest {

    @TempDir
    Path folder;

    private Process ffmpeg(Path times, int seconds) throws IOException {
        return new ProcessBuilder(
                        "bash",
                        "-c",
                        "TIMEFORMAT='%U %S'; { time ffmpeg -v error -f lavfi -i testsrc2=size=320x240:duration="
                                + seconds + " -c:v libx264 -preset ultrafast -f null - 2>&1; } 2>" + times)
                .start();
    }

    private static long millis(Path times) throws IOException {
        String[] both = Files.readString(times).strip().split(" ");
        return Math.round(1000 * (Double.parseDouble(both[0]) + Double.parseDouble(both[1])));
    }

    /** It is over before it is looked at. */
    @Test
    void countsAToolThatNobodyLookedAt() throws Exception {
        Path times = folder.resolve("times");
        Process process = ffmpeg(times, 2);
        ToolMeter meter = ToolMeter.of(process);
        process.waitFor();

        assertThat(meter.end().cpuMillis()).isCloseTo(millis(times), within(60L));
        assertThat(millis(times)).isGreaterThan(60);
    }

    @Test
    void countsToolsThatRunAtOnce() throws Exception {
        List<Path> times = new ArrayList<>();
        List<Process> processes = new ArrayList<>();
        List<ToolMeter> meters = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            times.add(folder.resolve("times-" + i));
            processes.add(ffmpeg(times.get(i), 2 + i));
            meters.add(ToolMeter.of(processes.get(i)));
        }
        long sum = 0;
        for (int i = 0; i < 4; i++) {
            while (!processes.get(i).waitFor(20, TimeUnit.MILLISECONDS)) {
                meters.forEach(ToolMeter::look);
            }
        }
        long reported = 0;
        for (int i = 0; i < 4; i++) {
            sum += meters.get(i).end().cpuMillis();
            reported += millis(times.get(i));
        }

        assertThat(sum).isCloseTo(reported, within(200L));
    }

    @Test
    void knowsThePeakOfItsMemory() throws Exception {
        Process process =
                new ProcessBuilder("bash", "-c", "x=$(head -c 40000000 /dev/zero | tr '\\0' x); echo; read").start();
        ToolMeter meter = ToolMeter.of(process);
        process.getInputStream().read();
        meter.look();
        process.getOutputStream().close();
        process.waitFor();

        assertThat(meter.end().peakMemory()).isBetween(40_000_000L, 400_000_000L);
    }
}
