package caravana.web.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import caravana.web.WebApplication;
import caravana.web.WebFixture;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.core.io.support.SpringFactoriesLoader;
import org.springframework.core.io.support.SpringFactoriesLoader.FailureHandler;

/** Web does not start when it could not tell who calls, and says what to set. */
@Tag("slow")
class SettingsTest {

    @Test
    void webDoesNotStartWithAnIssuerAndNoAudience() {
        String[] arguments = Stream.concat(
                        Stream.of(
                                "--caravana.identity.issuer-uri=https://login.example.org",
                                "--server.port=0",
                                "--management.server.port=0"),
                        WebFixture.STACK.environment().entrySet().stream()
                                .map(setting -> "--" + setting.getKey() + "=" + setting.getValue()))
                .toArray(String[]::new);

        Throwable failure = catchThrowable(() -> new SpringApplicationBuilder(WebApplication.class)
                .profiles("local")
                .run(arguments));

        FailureAnalysis analysis = analysis(failure);
        assertThat(analysis.getDescription()).startsWith("JWT_ISSUER_URI is set and JWT_AUDIENCE is not.");
        assertThat(analysis.getAction()).startsWith("Set JWT_AUDIENCE to the value");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "login.example.org",
                "ftp://login.example.org",
                "https://login.example.org/?realm=videos",
                "https://login.example.org/#videos",
                "https://login example.org"
            })
    void whatIsNoAddressOfAnIssuerIsRefused(String address) {
        IdentityProperties identity = new Binder(
                        new MapConfigurationPropertySource(Map.of("issuer-uri", address, "audience", "videos")))
                .bind("", IdentityProperties.class)
                .get();

        assertThat(catchThrowable(() -> new OutsideIssuer(identity)))
                .asInstanceOf(type(SettingRefusedException.class))
                .satisfies(refused -> assertThat(refused).hasMessageContaining("JWT_ISSUER_URI is \"" + address + "\""))
                .satisfies(refused -> assertThat(refused.remedy()).contains("https://"));
    }

    /** What Spring Boot prints; analyzers of its own that need a context are left out. */
    private static FailureAnalysis analysis(Throwable failure) {
        return SpringFactoriesLoader.forDefaultResourceLocation()
                .load(FailureAnalyzer.class, FailureHandler.handleMessage((message, needsContext) -> {}))
                .stream()
                .map(analyzer -> analyzer.analyze(failure))
                .filter(analysis -> analysis != null)
                .findFirst()
                .orElseThrow(() -> new AssertionError("No analysis of " + failure));
    }
}
