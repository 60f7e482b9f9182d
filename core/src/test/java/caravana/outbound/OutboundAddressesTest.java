package caravana.outbound;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OutboundAddressesTest {

    private final Map<String, List<String>> names = new HashMap<>();
    private final OutboundAddresses addresses =
            new OutboundAddresses(Set.of("https"), Set.of(443, 8443), List.of(), this::lookUp);

    private InetAddress[] lookUp(String host) throws UnknownHostException {
        if (host.matches("[0-9.]+|\\[?[0-9a-fA-F:.]*:[0-9a-fA-F:.]*\\]?")) {
            return InetAddress.getAllByName(host);
        }
        List<InetAddress> found = new ArrayList<>();
        for (String address : names.getOrDefault(host, List.of())) {
            found.add(InetAddress.getByName(address));
        }
        if (found.isEmpty()) {
            throw new UnknownHostException(host);
        }
        return found.toArray(InetAddress[]::new);
    }

    /** As a caller does it: first the text, then the addresses; returns the code of the refusal, null for none. */
    private String refusal(String url) throws UnknownHostException {
        try {
            addresses.resolve(addresses.check(url).getHost());
            return null;
        } catch (RefusedAddressException refused) {
            assertThat(refused).hasMessageEndingWith(".").hasMessageNotContaining("null");
            return refused.code();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://public.example.com",
                "https://PUBLIC.example.com/hook?a=b&c=%20",
                "HTTPS://public.example.com:443/",
                "https://public.example.com:8443/hook",
                "https://xn--exmple-cua.com/",
                "https://8.8.8.8/",
                "https://99.255.255.255/",
                "https://100.128.0.1/",
                "https://172.32.0.1/",
                "https://223.255.255.255/",
                "https://[2606:4700:4700::1111]/",
                "https://[::ffff:8.8.8.8]:8443/",
                "https://1e100.net/"
            })
    void whatIsOnTheInternetMayBeCalled(String url) throws Exception {
        for (String host : List.of("public.example.com", "PUBLIC.example.com", "xn--exmple-cua.com", "1e100.net")) {
            names.put(host, List.of("8.8.8.8", "2606:4700:4700::1111"));
        }
        assertThat(refusal(url)).isNull();
    }

    /** What is connected to was judged; another answer is another judgement. */
    @Test
    void aNameThatChangesItsAddressIsRefusedWhenItDoes() throws Exception {
        names.put("rebound.example.com", List.of("8.8.8.8"));
        assertThat(addresses.resolve("rebound.example.com")).containsExactly(InetAddress.getByName("8.8.8.8"));
        names.put("rebound.example.com", List.of("127.0.0.1"));
        assertThatThrownBy(() -> addresses.resolve("rebound.example.com"))
                .isInstanceOf(RefusedAddressException.class)
                .hasMessageNotContaining("127.0.0.1");
        assertThatThrownBy(() -> addresses.resolve("unknown.example.com")).isInstanceOf(UnknownHostException.class);
    }

    @Test
    void anAllowedNetworkMayBeCalledAndNothingBesideIt() throws Exception {
        OutboundAddresses intranet = new OutboundAddresses(
                Set.of("https", "http"),
                Set.of(),
                List.of(Network.parse("10.20.0.0/16"), Network.parse("fd12:3456::/32")),
                this::lookUp);
        intranet.resolve(intranet.check("http://10.20.255.255:9000/").getHost());
        intranet.resolve(intranet.check("https://[fd12:3456:1::1]/").getHost());
        for (String host : List.of("10.21.0.0", "10.19.255.255", "[fd12:3457::1]", "127.0.0.1")) {
            assertThatThrownBy(() -> intranet.check("http://" + host + "/"))
                    .isInstanceOf(RefusedAddressException.class);
        }
    }

    @ParameterizedTest
    @CsvSource({"10.0.0.0/8", "10.0.0.1", "0.0.0.0/0", "::/0", "fd00::/8", "2001:db8::1/128"})
    void networksAreRead(String text) {
        assertThat(Network.parse(text).contains(Network.parse(text).base())).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "10",
                "10.0.0.0/33",
                "10.0.0.0/-1",
                "10.0.0.1/8",
                "10.0.0.0/a",
                "example.com/8",
                "fd00::/129",
                "fd00::1/8"
            })
    void whatIsNoNetworkIsRefused(String text) {
        assertThatThrownBy(() -> Network.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }
}
