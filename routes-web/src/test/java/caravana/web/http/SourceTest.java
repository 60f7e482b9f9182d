package caravana.web.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SourceTest {

    @ParameterizedTest
    @CsvSource({
        "192.0.2.1,                     192.0.2.1",
        "192.0.2.1:50123,               192.0.2.1",
        "::ffff:192.0.2.1,              192.0.2.1",
        "::ffff:c000:201,               192.0.2.1",
        "[::ffff:192.0.2.1]:443,        192.0.2.1",
        "2001:db8:1:2::3,               20010db800010002/64",
        "2001:0DB8:0001:0002:ffff::,    20010db800010002/64",
        "2001:db8:1:2:3:4:192.0.2.1,    20010db800010002/64",
        "[2001:db8:1:2::3]:50123,       20010db800010002/64",
        "2001:db8:1:3::3,               20010db800010003/64",
        "2001:db8:1:10::1,              20010db800010010/64",
        "fe80::1%eth0,                  fe80000000000000/64",
        "::1,                           0000000000000000/64",
    })
    void anAddressBelongsToItsSource(String address, String source) {
        assertThat(Source.of(address)).isEqualTo(source);
    }

    /** Otherwise a client that writes the address could be another source each time. */
    @ParameterizedTest
    @CsvSource({
        "unknown",
        "localhost",
        "_hidden",
        "999.1.1.1",
        "1.2.3",
        "2001:db8::g",
        "::1::2",
        "g::1",
        "01.2.3.4",
        "1.2.3.4.",
        "::ffff:1.2.3.999",
        "''",
        "192.0.2.1:x"
    })
    void whatIsNoAddressIsOneSource(String text) {
        assertThat(Source.of(text)).isEqualTo("unknown");
    }
}
