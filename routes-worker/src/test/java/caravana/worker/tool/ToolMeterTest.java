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

class ToolMeterTest {

    @TempDir
    Path folder;

    /** As the product starts it: wrappers become the tool. */
    private static Process ffmpeg(int seconds) throws IOException {
        return new ProcessBuilder(command(seconds).split(" ")).start();
    }

    private static String command(int seconds) {
        return "ffmpeg -v error -f lavfi -i testsrc2=size=320x240:duration=" + seconds
                + " -c:v libx264 -preset ultrafast -f null -";
    }

    /** User and kernel time of all children of this JVM that have ended. */
    private static long ofEndedChildren() throws IOException {
        String stat = Files.readString(Path.of("/proc/self/stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return 10 * (Long.parseLong(fields[13]) + Long.parseLong(fields[14]));
    }

    private static long millis(Path times) throws IOException {
        String[] both = Files.readString(times).strip().split(" ");
        return Math.round(1000 * (Double.parseDouble(both[0]) + Double.parseDouble(both[1])));
    }

    /** It is over before it is looked at; the shell reports what it has used. */
    @Test
    void countsAToolThatNobodyLookedAt() throws Exception {
        Path times = folder.resolve("times");
        Process process =
                new ProcessBuilder("bash", "-c", "TIMEFORMAT='%U %S'; { time " + command(2) + "; } 2>" + times).start();
        ToolMeter meter = ToolMeter.of(process);
        process.waitFor();

        assertThat(meter.end().cpuMillis()).isCloseTo(millis(times), within(60L));
        assertThat(millis(times)).isGreaterThan(60);
    }

    @Test
    void countsToolsThatRunAtOnce() throws Exception {
        long before = ofEndedChildren();
        List<Process> processes = new ArrayList<>();
        List<ToolMeter> meters = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            processes.add(ffmpeg(20 + 10 * i));
            meters.add(ToolMeter.of(processes.get(i)));
        }
        for (int i = 0; i < 4; i++) {
            while (!processes.get(i).waitFor(20, TimeUnit.MILLISECONDS)) {
                meters.forEach(ToolMeter::look);
            }
        }
        long sum = 0;
        for (ToolMeter meter : meters) {
            sum += meter.end().cpuMillis();
        }

        assertThat(sum).isCloseTo(ofEndedChildren() - before, within(20L)).isGreaterThan(500);
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
