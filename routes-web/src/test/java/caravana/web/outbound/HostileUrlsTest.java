package caravana.web.outbound;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import caravana.outbound.OutboundAddresses;
import caravana.outbound.RefusedAddressException;
import caravana.web.upload.CallsOfImports;
import caravana.web.webhook.CallsOfWebhooks;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Of hostile URLs, all are refused, and nothing connects to where they lead. */
class HostileUrlsTest {

    static final Set<String> CODES =
            Set.of("url_invalid", "url_scheme", "url_credentials", "url_port", "address_refused");

    /** Has rights within namespaces of its own alone. */
    private static final List<String> ISOLATED = List.of("unshare", "--user", "--map-root-user", "--net", "--mount");

    /** All addresses are this machine's there, so that any connection arrives. */
    private static final String NETWORK = "ip link set lo up && ip route add local 0.0.0.0/0 dev lo"
            + " && ip -6 route add local ::/0 dev lo && mount --bind \"$1\" /etc/resolv.conf";

    @TempDir
    Path folder;

    @Test
    void allAreRefusedWithACode() throws Exception {
        assertThat(HostileUrls.all()).doesNotHaveDuplicates().hasSizeGreaterThanOrEqualTo(500);
        OutboundAddresses addresses =
                new OutboundAddresses(Set.of("https"), Set.of(443, 8443), List.of(), HostileUrlsTest::lookUp);
        for (String url : HostileUrls.all()) {
            assertThat(refusal(addresses, url)).as(url).isIn(CODES);
        }
    }

    /** As a caller does it: first the text, then the addresses; returns the code of the refusal, null for none. */
    private static String refusal(OutboundAddresses addresses, String url) throws UnknownHostException {
        try {
            addresses.resolve(addresses.check(url).getHost());
            return null;
        } catch (RefusedAddressException refused) {
            assertThat(refused).hasMessageEndingWith(".").hasMessageNotContaining("null");
            return refused.code();
        }
    }

    private static InetAddress[] lookUp(String host) throws UnknownHostException {
        List<String> texts = HostileUrls.names().get(host);
        if (texts == null) {
            return InetAddress.getAllByName(host);
        }
        List<InetAddress> found = new ArrayList<>();
        for (String text : texts) {
            found.add(InetAddress.getByName(text));
        }
        return found.toArray(InetAddress[]::new);
    }

    @ParameterizedTest
    @ValueSource(classes = {CallsOfWebhooks.class, CallsOfImports.class})
    void nothingConnectsToWhereTheyLead(Class<? extends OutgoingCalls.Maker> maker) throws Exception {
        Path resolver = Files.writeString(folder.resolve("resolv.conf"), "nameserver 127.0.0.1\noptions timeout:5\n");
        boolean permitted = run(resolver, "exit 0").startsWith("0 ");
        if (!permitted) {
            System.out.println(
                    "RESULT name=hostile-urls verdict=skipped reason=\"no network namespace is permitted here\"");
        }
        assumeTrue(permitted, "no network namespace is permitted here");

        String said = run(
                resolver,
                "exec \"$2\" -Xmx128m -cp \"$3\" " + HostileNetwork.class.getName() + " " + maker.getName(),
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                System.getProperty("java.class.path"));

        System.out.println(said.substring(said.indexOf(' ') + 1).strip());
        assertThat(said)
                .startsWith("0 ")
                .contains("RESULT name=hostile-urls by=" + maker.getSimpleName() + " value=0 ");
    }

    /** The exit status, a space and the output of a script in a network of its own. */
    private static String run(Path resolver, String script, String... arguments) throws InterruptedException {
        List<String> command = new ArrayList<>(ISOLATED);
        command.addAll(List.of("sh", "-c", NETWORK + " && " + script, "sh", resolver.toString()));
        command.addAll(List.of(arguments));
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return process.waitFor() + " " + output;
        } catch (IOException noSuchProgram) {
            return "127 " + noSuchProgram.getMessage();
        }
    }
}
