package caravana.web.credential;

import static org.assertj.core.api.Assertions.assertThat;

import caravana.web.http.Source;
import java.util.List;
import org.junit.jupiter.api.Test;

class AddressRangeTest {

    private static boolean contains(String range, String address) {
        return AddressRange.parse(range)
                .orElseThrow()
                .contains(Source.parse(address).orElseThrow());
    }

    @Test
    void anAddressAloneIsItself() {
        assertThat(contains("203.0.113.7", "203.0.113.7")).isTrue();
        assertThat(contains("203.0.113.7", "203.0.113.8")).isFalse();
        assertThat(contains("2001:db8::7", "2001:DB8:0:0::7")).isTrue();
    }

    @Test
    void aRangeHasWhatBeginsAlike() {
        assertThat(contains("203.0.113.0/25", "203.0.113.127")).isTrue();
        assertThat(contains("203.0.113.0/25", "203.0.113.128")).isFalse();
        assertThat(contains("0.0.0.0/0", "203.0.113.128")).isTrue();
        assertThat(contains("2001:db8::/33", "2001:db8:7fff::1")).isTrue();
        assertThat(contains("2001:db8::/33", "2001:db8:8000::1")).isFalse();
    }

    /** Behind some proxies, and on sockets of both kinds, an IPv4 address comes as an IPv6 one. */
    @Test
    void anIpv4AddressMayBeWrittenAsIpv6() {
        assertThat(contains("203.0.113.0/24", "::ffff:203.0.113.9")).isTrue();
        assertThat(contains("::/0", "203.0.113.9")).isFalse();
    }

    @Test
    void rangesAreShownWithoutTheBitsBehindTheirLength() {
        assertThat(AddressRange.parse("203.0.113.77/24").orElseThrow()).hasToString("203.0.113.0/24");
        assertThat(AddressRange.parse("203.0.113.77/32").orElseThrow()).hasToString("203.0.113.77");
        assertThat(AddressRange.parse("2001:db8:1::/48").orElseThrow()).hasToString("2001:db8:1:0:0:0:0:0/48");
    }

    @Test
    void whatIsNoAddressIsRefused() {
        for (String text : List.of(
                "",
                "localhost",
                "abc",
                "203.0.113",
                "203.0.113.256",
                "203.0.113.0/33",
                "2001:db8::/129",
                "1.2.3.4/",
                "/8",
                "1.2.3.4/-1",
                "1.2.3.4/8/9",
                "1.2.3.4:80",
                ":::",
                "fe80::1%eth0",
                " 1.2.3.4")) {
            assertThat(AddressRange.parse(text)).as(text).isEmpty();
        }
    }
}
