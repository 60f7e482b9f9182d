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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PortsTest {

    @TempDir
    Path data;

    @Test
    void aTakenPortIsNamedWithItsSetting() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThat(complaintAbout("CARAVANA_S3_PORT", String.valueOf(taken.getLocalPort())))
                    .contains("Port " + taken.getLocalPort() + " (S3) is taken")
                    .contains("CARAVANA_S3_PORT");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"99999", "0", "http"})
    void whatIsNoPortIsNamedWithItsSetting(String value) throws Exception {
        assertThat(complaintAbout("CARAVANA_S3_PORT", value))
                .isEqualTo("caravana: CARAVANA_S3_PORT is '" + value + "'; it must be a port number from 1 to 65535");
    }

    /** What the launcher says on standard error before it ends. */
    private String complaintAbout(String setting, String value) throws Exception {
        ProcessBuilder launcher = new ProcessBuilder(
                ProjectLayout.java(),
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "servers",
                "--data",
                data.toString());
        for (Ports port : Ports.values()) {
            launcher.environment().put(port.setting(), String.valueOf(FreePort.next()));
        }
        launcher.environment().put(setting, value);

        Process process = launcher.start();
        String complaint = new BufferedReader(new InputStreamReader(process.getErrorStream(), StandardCharsets.UTF_8))
                .lines()
                .collect(Collectors.joining("\n"));
        assertThat(process.waitFor(10, TimeUnit.MINUTES)).isTrue();
        assertThat(process.exitValue()).isEqualTo(1);
        return complaint;
    }
}
