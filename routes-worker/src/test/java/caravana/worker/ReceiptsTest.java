package caravana.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;
import static org.awaitility.Awaitility.await;

import caravana.test.Sample;
import caravana.test.SampledClass;
import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

/** Receipts of many jobs together, two at a time, against what the kernel says of this process and its children. */
@SampledClass(turn = 2)
class ReceiptsTest extends WorkerRouteTest {

    private static final int JOBS = Sample.WHOLE ? 50 : 8;

    /** User and kernel time of children that have ended, in /proc/self/stat behind the program's name, in hundredths of a second. */
    private static long childrenMillis() throws IOException {
        String stat = Files.readString(Path.of("/proc/self/stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return 10 * (Long.parseLong(fields[13]) + Long.parseLong(fields[14]));
    }

    private static long jvmMillis() {
        return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime() / 1_000_000;
    }

    @Test
    void theirSumIsWhatWasUsed() throws Exception {
        List<byte[]> originals = List.of(video("320x240", 1), video("640x360", 2), video("64x48", 3), new byte[] {7});
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < JOBS; i++) {
            ids.add(upload(originals.get(i % originals.size())));
        }
        long children = childrenMillis();
        long jvm = jvmMillis();
        ids.forEach(id -> send(message(id)));
        await().atMost(JOB.multipliedBy(3))
                .until(() -> ids.stream()
                        .allMatch(id -> List.of("processed", "failed").contains(row(id).get("status"))));
        children = childrenMillis() - children;
        jvm = jvmMillis() - jvm;

        long tools = sum(ids, "tool <> 'jvm'");
        long shares = sum(ids, "tool = 'jvm'");
        System.out.printf(
                "RESULT receipts jobs=%d tools_ms=%d of=%d jvm_ms=%d of=%d all=%.4f%n",
                JOBS, tools, children, shares, jvm, (double) (tools + shares) / (children + jvm));
        // What the first claims cost is no receipt's, and the kernel counts hundredths of a second: both are much of a
        // few jobs.
        Percentage difference = withinPercentage(Sample.WHOLE ? 2 : 5);
        assertThat(tools).isCloseTo(children, difference);
        assertThat(tools + shares).isCloseTo(children + jvm, difference);
    }

    private long sum(List<String> ids, String which) {
        return jdbc.queryForObject(
                "SELECT sum(ms::bigint) FROM receipts, jsonb_each_text(measured -> 'cpu_ms') cpu (tool, ms)"
                        + " WHERE video_id = ANY(CAST(? AS uuid[])) AND " + which,
                Long.class,
                "{" + String.join(",", ids) + "}");
    }
}
