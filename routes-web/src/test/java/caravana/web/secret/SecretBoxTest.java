package caravana.web.secret;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

class SecretBoxTest {

    private static final String OLD = "an old key of at least 32 characters";
    private static final String NEW = "a new key, of at least 32 characters";
    private static final byte[] PLAIN = "plain".getBytes(StandardCharsets.UTF_8);

    @EnableConfigurationProperties(SecretProperties.class)
    private static final class Settings {}

    private static ApplicationContextRunner with(String key) {
        return new ApplicationContextRunner()
                .withUserConfiguration(Settings.class)
                .withPropertyValues("caravana.secret.key=" + key);
    }

    private static SecretBox box(String key) {
        return new SecretBox(new SecretProperties(key));
    }

    /** As releases before webhooks were configured. */
    @Test
    void withoutAKeyWebStarts() {
        with("").run(context -> assertThat(new SecretBox(context.getBean(SecretProperties.class)).hasKey())
                .isFalse());
    }

    @Test
    void aShortKeyIsRefused() {
        with("short")
                .run(context -> assertThat(context.getStartupFailure())
                        .rootCause()
                        .hasMessageContaining("set CARAVANA_SECRET_KEY to 32 characters or more"));
    }

    @Test
    void whatTheOldKeySealedIsOpenedBesideTheNewOne() {
        String sealed = box(OLD).seal("purpose", PLAIN);

        assertThat(box(NEW + "," + OLD).open("purpose", sealed)).isEqualTo(PLAIN);
        assertThatThrownBy(() -> box(NEW).open("purpose", sealed)).hasMessageContaining("has changed");
        assertThatThrownBy(() -> box("").open("purpose", sealed)).hasMessageContaining("is missing");
        assertThatThrownBy(() -> box(OLD).open("another", sealed)).hasMessageContaining("CARAVANA_SECRET_KEY");
    }
}
