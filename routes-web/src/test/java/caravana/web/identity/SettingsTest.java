package caravana.web.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import caravana.web.WebApplication;
import caravana.web.WebFixture;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** Web does not start when it could not tell who calls, and says what to set. */
@ExtendWith(OutputCaptureExtension.class)
class SettingsTest {

    @Test
    void anIssuerWithoutAnAudienceIsRefused(CapturedOutput output) {
        assertRefused("--caravana.identity.issuer-uri=https://login.example.org");

        assertThat(output.getOut())
                .contains("APPLICATION FAILED TO START", "JWT_ISSUER_URI is set and JWT_AUDIENCE is not")
                .contains("Action:", "Set JWT_AUDIENCE to")
                .doesNotContain("\tat ");
    }

    @Test
    void whatIsNoAddressOfAnIssuerIsRefused(CapturedOutput output) {
        for (String address : List.of("login.example.org", "ftp://login.example.org", "https://a/?b", "https://a b/")) {
            assertRefused("--caravana.identity.issuer-uri=" + address, "--caravana.identity.audience=videos");
            assertThat(output.getOut()).contains("JWT_ISSUER_URI is \"" + address + "\"");
        }
    }

    @Test
    void neitherKeyNorIssuerIsRefused(CapturedOutput output) {
        assertRefused("--caravana.identity.signing-key=");

        assertThat(output.getOut()).contains("JWT_PRIVATE_KEY is not set", "openssl genpkey");
    }

    private static void assertRefused(String... settings) {
        String[] arguments = Stream.concat(
                        Stream.of(settings),
                        Stream.concat(
                                Stream.of("--server.port=0", "--management.server.port=0"),
                                WebFixture.STACK.environment().entrySet().stream()
                                        .map(s -> "--" + s.getKey() + "=" + s.getValue())))
                .toArray(String[]::new);

        assertThatThrownBy(() -> new SpringApplicationBuilder(WebApplication.class)
                        .profiles("local")
                        .run(arguments))
                .rootCause()
                .isInstanceOf(SettingRefusedException.class);
    }
}
