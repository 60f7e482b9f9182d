package caravana.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PortsTest {

    @Test
    void aTakenPortIsNamedWithItsSetting(@TempDir Path data) throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            ProcessBuilder launcher = new ProcessBuilder(
                    ProjectLayout.java(),
                    "-cp",
                    System.getProperty("java.class.path"),
                    Main.class.getName(),
                    "servers",
                    "--data",
                    data.toString());
            for (Ports port : Ports.values()) {
                launcher.environment().put(port.setting(), String.valueOf(Ports.free()));
            }
            launcher.environment().put("CARAVANA_S3_PORT", String.valueOf(taken.getLocalPort()));

            Process process = launcher.start();
            String complaint = new BufferedReader(
                            new InputStreamReader(process.getErrorStream(), StandardCharsets.UTF_8))
                    .lines()
                    .collect(Collectors.joining("\n"));

            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isEqualTo(1);
            assertThat(complaint)
                    .contains("Port " + taken.getLocalPort() + " (S3) is taken")
                    .contains("CARAVANA_S3_PORT");
        }
    }
}
