package caravana.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import caravana.test.Waits;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.test.context.TestPropertySource;

/** The Idempotency-Key of an upload whose client sends nothing any more is free when reading times out. */
@TestPropertySource(properties = "server.tomcat.connection-timeout=2s")
class HungUploadTest extends WebTest {

    @ParameterizedTest
    @ValueSource(strings = {"form", "body"})
    void itsKeyIsFreeAfterTheTimeOut(String way) throws Exception {
        Api user = user();
        try (Wire wire = new Wire(port)) {
            CutUploadTest.begin(wire, user, way);
            await().atMost(Waits.LIMIT).until(() -> count("receiving") == 1);

            await().atMost(Waits.LIMIT).untilAsserted(this::assertNothingLeft);

            assertThat(CutUploadTest.again(user, way).statusCode()).isEqualTo(201);
        }
    }
}
